package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static dev.ferryman.lab.Lab.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.Phase;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each refusal has its own reason, and leaves the instance as it was. */
class RefusalE2E extends LabTest {
  /** For what is no promise. */
  private static final Duration LONG = Duration.ofSeconds(120);

  private static Guest guest;

  @BeforeAll
  static void createGuest() {
    guest = Guest.create("stayer", "host-b").awaitBeating();
  }

  @AfterAll
  static void deleteGuest() {
    guest.close();
  }

  @Test
  void unknownInstance() {
    Api.order(migration, "nobody", "host-c");
    assertRefused("InstanceNotFound", "nobody");
  }

  @Test
  void unknownDestination() {
    Api.order(migration, "stayer", "host-z");
    assertRefused("DestinationNotFound", "host-z");
  }

  @Test
  void destinationIsWhereItIs() {
    Api.order(migration, "stayer", "host-b");

    var end = Api.awaitEnd(migration);

    assertThat(end.getStatus().phase()).isEqualTo(Phase.Succeeded);
    assertThat(Api.reason(end)).isEqualTo("AlreadyThere");
    assertUntouched(end);
  }

  @Test
  void unschedulableDestination() {
    lab(
        "kubectl",
        "patch",
        "hostresource",
        "host-c",
        "--type=merge",
        "-p",
        "{\"spec\":{\"unschedulable\":true}}");
    try {
      Api.order(migration, "stayer", "host-c");
      assertRefused("DestinationUnschedulable", "host-c");
    } finally {
      lab(
          "kubectl",
          "patch",
          "hostresource",
          "host-c",
          "--type=merge",
          "-p",
          "{\"spec\":{\"unschedulable\":false}}");
    }
  }

  @Test
  void tooLittleMemory() {
    var free = Api.host("host-c").getStatus().total().memoryMiB();
    lab(
        "kubectl",
        "patch",
        "hostresource",
        "host-c",
        "--type=merge",
        "-p",
        "{\"spec\":{\"reserved\":{\"memoryMiB\":" + free + "}}}");
    try {
      Api.order(migration, "stayer", "host-c");
      assertRefused("InsufficientMemory", "192");
    } finally {
      lab(
          "kubectl",
          "patch",
          "hostresource",
          "host-c",
          "--type=json",
          "-p",
          "[{\"op\":\"remove\",\"path\":\"/spec/reserved\"}]");
    }
  }

  @Test
  void deadAgents() {
    for (var host : Guest.COMPUTE_HOSTS) {
      lab("kill", "agent", host);
    }
    for (var host : Guest.COMPUTE_HOSTS) {
      await(host + " dead").atMost(LONG).until(() -> Api.isHost(host, "Alive", "False"));
    }
    Api.order(migration, "stayer", "host-c");
    assertRefused("SourceNotAlive", "host-b");

    lab("start", "agent", "host-b");
    await("host-b alive").atMost(LONG).until(() -> Api.isHost("host-b", "Alive", "True"));
    migration += "-then";
    Api.order(migration, "stayer", "host-c");
    assertRefused("DestinationNotAlive", "host-c");
  }

  @Test
  void storageNotMountedOnTheDestination() {
    lab("storage", "host-c", "umount");
    Api.order(migration, "stayer", "host-c");
    assertRefused("StorageNotShared", "/var/lib/ferryman/instances");
  }

  @Test
  void libvirtNotReachableFromTheSource() {
    on("host-b", "sh", "-c", "sed -i s/host-c/host-nowhere/ /etc/hosts");
    try {
      Api.order(migration, "stayer", "host-c");
      assertRefused("DestinationUnreachable", "host-c");
    } finally {
      on("host-b", "sh", "-c", "sed -i s/host-nowhere/host-c/ /etc/hosts");
    }
  }

  @Test
  void libvirtdDownOnTheDestination() {
    lab("kill", "libvirtd", "host-c");
    await("host-c not ready").atMost(LONG).until(() -> Api.isHost("host-c", "Ready", "False"));
    Api.order(migration, "stayer", "host-c");
    assertRefused("DestinationNotReady", "host-c");
  }

  @Test
  void libvirtdDownOnTheSource() {
    lab("kill", "libvirtd", "host-b");
    await("host-b not ready").atMost(LONG).until(() -> Api.isHost("host-b", "Ready", "False"));
    Api.order(migration, "stayer", "host-c");
    Api.awaitEnd(migration);
    lab("start", "libvirtd", "host-b");
    assertRefused("SourceNotReady", "host-b");
  }

  @Test
  void instanceThatDoesNotRun() {
    try (var still = Definition.make("host-b", "still").awaitListed()) {
      Api.order(migration, still.name(), "host-c");
      assertRefused("InstanceNotRunning", "still on host-b is ShutOff");
    }
  }

  @Test
  void instanceOfWhoseNameThereAreTwo() {
    try (var namesake = Definition.make("host-c", "stayer").awaitListed()) {
      Api.order(migration, namesake.name(), "host-c");
      assertRefused("InstanceAmbiguous", "stayer on host-b");
      assertThat(Api.message(Api.get(migration))).contains("stayer on host-c", "name its UUID");
    }
  }

  /** libvirt gives out at most 4 MiB; each of these characters takes four in its answer. */
  @Test
  void instanceOfWhichLibvirtCannotTell() {
    on(
        "host-b",
        "sh",
        "-c",
        "{ echo \"<domain type='qemu'><name>wordy</name><description><![CDATA[\";"
            + " head -c 1200000 /dev/zero | tr '\\0' '<';"
            + " echo \"]]></description><memory unit='MiB'>64</memory>"
            + "<os><type arch='x86_64'>hvm</type></os></domain>\"; } >/run/wordy.xml"
            + " && virsh create /run/wordy.xml");
    try {
      await("wordy known").atMost(LONG).until(() -> Api.hostOf("wordy").equals("host-b"));
      Api.order(migration, "wordy", "host-c");
      assertRefused("InstanceUnreadable", "wordy cannot be read");
    } finally {
      on("host-b", "virsh", "destroy", "wordy");
    }
  }

  private void assertRefused(String reason, String named) {
    var end = Api.awaitEnd(migration);
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo(reason);
    assertThat(end.getStatus().phase()).isEqualTo(Phase.Failed);
    assertThat(Api.message(end)).contains(named);
    assertUntouched(end);
  }

  private static void assertUntouched(LiveMigration end) {
    assertThat(guest.stateOn("host-b")).isEqualTo("running");
    guest.awaitBeating().assertNoHeartbeatLost();
    assertNothingLeft(end);
  }
}
