package dev.ferryman.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferryman.crds.livemigration.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostProcessesTest {
  private static final String UUID = "bc44a7ef-feeb-437f-8dd2-d1f436ebfa56";

  @TempDir Path root;
  private HostProcesses processes;
  private ProcessTable table;

  @BeforeEach
  void lookInTheDirectory() throws IOException {
    Files.createDirectories(root.resolve("run/qemu"));
    processes =
        new HostProcesses(
            new LibvirtSettings(
                "qemu:///system",
                root.resolve("run/qemu"),
                List.of(root.resolve("run/libvirtd.pid"), root.resolve("run/virtqemud.pid")),
                root.resolve("proc"),
                Duration.ofSeconds(5)));
    table = new ProcessTable(root.resolve("proc"));
  }

  @Test
  void knowsTheDaemonByItsPidFile() throws IOException {
    process(255, "libvirtd", 'S', 21, 223315, "/usr/sbin/libvirtd");
    pidFile("libvirtd.pid", 255);

    assertThat(processes.daemonStartTicks()).hasValue(223315);
  }

  @Test
  void takesTheModularDaemonToo() throws IOException {
    process(300, "virtqemud", 'S', 21, 5000, "/usr/sbin/virtqemud");
    pidFile("virtqemud.pid", 300);

    assertThat(processes.daemonStartTicks()).hasValue(5000);
  }

  @Test
  void findsTheDaemonWithoutAPidFile() throws IOException {
    process(12, "libvirtd-helper", 'S', 1, 4000, "x");
    process(255, "libvirtd", 'S', 21, 223315, "/usr/sbin/libvirtd");

    assertThat(processes.daemonStartTicks()).hasValue(223315);
  }

  @Test
  void aPidFileThatOutlivedItsDaemonNamesNone() throws IOException {
    pidFile("libvirtd.pid", 255);
    assertThat(processes.daemonStartTicks()).isEmpty();

    process(255, "sshd", 'S', 1, 7000, "sshd");
    assertThat(processes.daemonStartTicks()).as("the pid is another's now").isEmpty();
  }

  @Test
  void knowsTheKernelsOwnSizeOfHugePages() throws IOException {
    Files.createDirectories(root.resolve("proc"));
    assertThatThrownBy(() -> processes.hugePageKiB()).isInstanceOf(HypervisorException.class);

    Files.writeString(
        root.resolve("proc/meminfo"), "HugePages_Total:   8\nHugepagesize:    1048576 kB\n");
    assertThat(processes.hugePageKiB()).isEqualTo(1048576);

    Files.writeString(root.resolve("proc/meminfo"), "MemTotal: 4711 kB\n");
    assertThat(processes.hugePageKiB()).as("a kernel without").isEqualTo(PagedMemory.HOSTS_OWN);
  }

  @Test
  void knowsAQemuByPidStartAndUuid() throws IOException {
    process(222, "qemu-system-x86_64", 'R', 6, 221019, "qemu\0-uuid\0" + UUID + "\0");
    pidFile("qemu/g1.pid", 222);

    assertThat(processes.qemu("g1", UUID)).contains(new ProcessIdentity(222L, 221019L));
  }

  @Test
  void aQemuThatExitsCountsUntilItsLastThreadEnded() throws IOException {
    runningDaemon();
    pidFile("qemu/g1.pid", 222);

    process(222, "qemu-system-x86_64", 'Z', 3, 221019, "");
    assertThat(processes.qemu("g1", UUID)).isPresent();

    process(222, "qemu-system-x86_64", 'Z', 1, 221019, "");
    assertThat(processes.qemu("g1", UUID)).isEmpty();
  }

  @Test
  void anotherProcessOfThatPidIsNotIt() throws IOException {
    runningDaemon();
    process(222, "qemu-system-x86_64", 'S', 1, 9, "qemu\0-uuid\0another\0");
    pidFile("qemu/g1.pid", 222);

    assertThat(processes.qemu("g1", UUID)).isEmpty();
  }

  @Test
  void doesNotCallAProcessGoneThatItCannotSee() throws IOException {
    pidFile("qemu/g1.pid", 222);

    assertThatThrownBy(() -> processes.qemu("g1", UUID))
        .isInstanceOf(HypervisorException.class)
        .hasMessageContaining("the agent must run in the host's process namespace");
  }

  @Test
  void doesNotCallAProcessGoneForWantOfAPidFile() {
    assertThatThrownBy(() -> processes.qemu("g1", UUID))
        .isInstanceOf(HypervisorException.class)
        .hasMessageContaining("libvirt's run directory must be readable here");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../libvirtd", "a/b", "", ".", "a\0b"})
  void staysInItsDirectory(String name) {
    assertThatThrownBy(() -> processes.qemu(name, UUID))
        .isInstanceOf(HypervisorException.class)
        .hasMessageEndingWith("is no name of a file of libvirt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"async", "asyncJob"})
  void tellsReceivingFromSending(String attribute) throws IOException {
    status("g1", "<job type='none' " + attribute + "='migration in' phase='prepare'/>");
    status("g2", "<job type='none' " + attribute + "='migration out' phase='perform3'/>");
    status("g3", "<job type='none' async='none'/>");

    assertThat(processes.isReceiving("g1")).contains(true);
    assertThat(processes.isReceiving("g2")).contains(false);
    assertThat(processes.isReceiving("g3")).contains(false);
  }

  @Test
  void takesNoWordOnReceivingFromAGuestsMetadata() throws IOException {
    status(
        "g1",
        "<job async='none'/><domain><metadata><job async='migration in'/></metadata></domain>");

    assertThat(processes.isReceiving("g1")).contains(false);
  }

  @Test
  void doesNotKnowWithoutAStatusFile() throws IOException {
    assertThat(processes.isReceiving("g1")).isEmpty();

    Files.writeString(root.resolve("run/qemu/g1.xml"), "<domstatus");
    assertThat(processes.isReceiving("g1")).isEmpty();
  }

  @Test
  void aProcessIsItsPidAndItsStart() throws IOException {
    process(222, "qemu", 'S', 1, 50, "qemu");

    assertThat(table.isRunning(new ProcessIdentity(222L, 50L))).isTrue();
    assertThat(table.isRunning(new ProcessIdentity(222L, 49L))).isFalse();
    assertThat(table.isRunning(new ProcessIdentity(223L, 50L))).isFalse();
  }

  @Test
  void aCommandMayHoldBlanksAndBrackets() throws IOException {
    process(7, "a) R (b 1 2", 'S', 1, 77, "");

    assertThat(table.stat(7)).contains(new ProcessTable.Stat("a) R (b 1 2", 'S', 1, 77));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1 (a) S", "1 (a) S x x x x x x x x x x x x x x x x x x x x x"})
  void readsNothingOutOfAMalformedLine(String line) {
    assertThat(ProcessTable.Stat.parse(line)).isEmpty();
  }

  private void runningDaemon() throws IOException {
    process(255, "libvirtd", 'S', 21, 223315, "libvirtd");
    pidFile("libvirtd.pid", 255);
  }

  private void process(
      int pid, String command, char state, int threads, long start, String arguments)
      throws IOException {
    var directory = Files.createDirectories(root.resolve("proc/" + pid));
    Files.writeString(
        directory.resolve("stat"),
        "%d (%s) %c 1 221 221 0 -1 138412416 13205 0 2 0 14466 1472 0 0 20 0 %d 0 %d 18 4 0\n"
            .formatted(pid, command, state, threads, start));
    Files.writeString(directory.resolve("cmdline"), arguments);
  }

  private void pidFile(String name, int pid) throws IOException {
    Files.writeString(root.resolve("run").resolve(name), pid + "\n");
  }

  private void status(String name, String content) throws IOException {
    Files.writeString(
        root.resolve("run/qemu/" + name + ".xml"),
        "<!-- generated -->\n<domstatus state='paused'>" + content + "</domstatus>");
  }
}
