package dev.ferryman.agent.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.agent.libvirt.FakeWorld;
import dev.ferryman.agent.libvirt.MigrationRequest;
import dev.ferryman.agent.libvirt.XmlForm;
import dev.ferryman.crds.hostresource.HugePagePool;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadingTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC);

  @TempDir Path root;
  private ProcFiles proc;

  @BeforeEach
  void writeProc() throws IOException {
    proc = new ProcFiles(ProcSamples.write(root.resolve("proc"), root));
  }

  @Test
  void readsTheKernelsFiles() {
    assertThat(proc.bootID()).isEqualTo("6f1a3c52-93f4-4f3a-9b0e-3f0f5b0a7c11");
    assertThat(proc.memory()).isEqualTo(new Memory(24105, 22954));
  }

  @Test
  void readsHugePagesOfEachSizeWithoutThoseThatArePromised() throws IOException {
    pool("hugepages-1048576kB", 4, 3, 0);
    pool("hugepages-2048kB", 512, 100, 30);
    pool("hugepages-64kB", 8, 1, 2);
    Files.createDirectory(root.resolve("sys/kernel/mm/hugepages/other"));

    assertThat(new PoolReader(root.resolve("sys")).read())
        .containsExactly(
            new HugePagePool(64L, 8L, 0L),
            new HugePagePool(2048L, 512L, 70L),
            new HugePagePool(1048576L, 4L, 3L));
    assertThat(new PoolReader(root.resolve("none")).read()).isEmpty();
  }

  private void pool(String name, long total, long free, long reserved) throws IOException {
    var directory = Files.createDirectories(root.resolve("sys/kernel/mm/hugepages/" + name));
    Files.writeString(directory.resolve("nr_hugepages"), total + "\n");
    Files.writeString(directory.resolve("free_hugepages"), free + "\n");
    Files.writeString(directory.resolve("resv_hugepages"), reserved + "\n");
  }

  @Test
  void memoryIsWhatIsNotSetAsideForHugePages() {
    var meminfo =
        """
        MemTotal:       24683520 kB
        MemAvailable:    2000896 kB
        Hugepagesize:       2048 kB
        Hugetlb:        20480000 kB
        """;

    assertThat(Memory.parse(meminfo)).isEqualTo(new Memory(4105, 1954));
  }

  @ParameterizedTest(name = "{0} KiB taken: {1} pages")
  @CsvSource({"0, 0", "20480, 10", "21503, 10", "204800, 96"})
  void ofACopyThatIsReceivedThePagesThatItHasTakenAreKnown(long takenKiB, long pages)
      throws IOException {
    Files.createDirectory(root.resolve("proc/4711"));
    Files.writeString(
        root.resolve("proc/4711/status"),
        "RssAnon:\t 2048 kB\nHugetlbPages:\t " + takenKiB + " kB\n");

    var received = Received.of(List.of(copy(true), copy(false)), proc);

    assertThat(received.pages(2048)).isEqualTo(pages);
    assertThat(received.pages(1048576)).isZero();
    assertThat(received.memoryMiB()).isEqualTo(2);
  }

  /** Of a guest of 96 pages of 2 MiB. */
  private static DomainFacts copy(boolean incoming) {
    var host = new FakeWorld().host("host-b");
    var guest = host.define("g1").memoryMiB(192).hugePages();
    return new DomainFacts(
        guest.uuid(),
        guest.name(),
        DomainState.Paused,
        "migrating",
        new ProcessIdentity(4711L, 1L),
        incoming,
        true,
        host.domain(guest.uuid()).orElseThrow().definition());
  }

  @Test
  void readsWhatAProcessHasTaken() throws IOException {
    Files.createDirectory(root.resolve("proc/4711"));
    Files.writeString(
        root.resolve("proc/4711/status"),
        """
        Name:\tqemu-system-x86
        VmRSS:\t   61440 kB
        RssAnon:\t   20480 kB
        RssFile:\t   10240 kB
        RssShmem:\t   30720 kB
        """);

    assertThat(proc.residentMiB(4711)).isEqualTo(50);
    assertThat(proc.residentMiB(4712)).as("it has gone").isZero();
  }

  @Test
  void missesWhatTheKernelMustSay() {
    assertThatThrownBy(() -> Memory.parse("MemTotal: 1 kB\n"))
        .hasMessage("meminfo has no MemAvailable");
  }

  @Test
  void readsTheInstancesDirectory() throws IOException {
    var directory = Files.createDirectories(root.resolve("instances"));
    try (var storage = new StorageReader(directory, "host-b", proc)) {
      var reading = storage.read().orElseThrow();

      assertThat(reading.storage().path()).isEqualTo(directory.toString());
      assertThat(reading.storage().type()).isEqualTo("nfs4");
      assertThat(reading.storage().shared()).isTrue();
      assertThat(reading.storage().locks()).isTrue();
      assertThat(reading.totalBytes()).isPositive();
      assertThat(directory).as("nothing is left behind").isEmptyDirectory();
    }
  }

  @Test
  void doesWithoutADirectoryThatIsNotThere() {
    try (var storage = new StorageReader(root.resolve("missing"), "host-b", proc)) {
      assertThat(storage.read()).isEmpty();
    }
  }

  @Test
  void readsEverything() throws IOException {
    var b = new FakeWorld().host("host-b");
    var guest = b.define("g1").fileDisk("vda", "/i/g1.qcow2").start();
    try (var storage = new StorageReader(root, "host-b", proc)) {
      var readings =
          new InventoryReader(b, proc, new PoolReader(root.resolve("sys")), storage, NOON).read();

      assertThat(readings.domains()).hasSize(1);
      assertThat(readings.diskBytes()).isEqualTo(Map.of(guest.uuid(), 1L << 30));
      assertThat(readings.time()).isEqualTo(NOON.instant());
      assertThat(readings.daemonStart()).isEqualTo(b.daemonStartTicks());
    }
  }

  @Test
  void asksForNoDiskOfACopyThatIsBeingReceived() {
    var world = new FakeWorld();
    var b = world.host("host-b");
    var c = world.host("host-c");
    var guest = b.define("g1").fileDisk("vda", "/i/g1.qcow2").start();
    b.migrations.onBegin(
        migration -> {
          migration.arrive();
          var sizes = new DiskSizes(c, NOON);
          assertThat(sizes.read(c.domains())).isEqualTo(Map.of(guest.uuid(), 0L));
          migration.postCopy.begin();
          assertThat(sizes.read(c.domains())).isEqualTo(Map.of(guest.uuid(), 0L));
          migration.postCopy.finish();
          assertThat(sizes.read(c.domains())).isEqualTo(Map.of(guest.uuid(), 1L << 30));
        });

    var outcome =
        b.migrate(
            new MigrationRequest(
                guest.uuid(),
                "qemu+tls://host-c/system",
                "",
                b.migratableXml(guest.uuid(), XmlForm.Live),
                b.migratableXml(guest.uuid(), XmlForm.Persistent),
                true,
                false));

    assertThat(outcome.succeeded()).isTrue();
  }

  @Test
  void keepsTheLastSizeWhileLibvirtDoesNotAnswer() {
    var b = new FakeWorld().host("host-b");
    var guest = b.define("g1").fileDisk("vda", "/i/g1.qcow2").start();
    var domains = b.domains();
    var clock = new MovableClock(NOON.instant());
    var sizes = new DiskSizes(b, clock);
    sizes.read(domains);

    b.daemon.hang();
    clock.move(Duration.ofMinutes(6));

    assertThat(sizes.read(domains)).isEqualTo(Map.of(guest.uuid(), 1L << 30));
    assertThat(sizes.read(List.of())).isEmpty();
  }
}
