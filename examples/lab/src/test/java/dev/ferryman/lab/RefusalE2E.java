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
  void deadAgent() {
    lab("kill", "agent", "host-c");
    await("host-c dead")
        .atMost(Duration.ofSeconds(60))
        .until(() -> Api.isHost("host-c", "Alive", "False"));
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
    await("host-c not ready")
        .atMost(Duration.ofSeconds(30))
        .until(() -> Api.isHost("host-c", "Ready", "False"));
    Api.order(migration, "stayer", "host-c");
    assertRefused("DestinationNotReady", "host-c");
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
