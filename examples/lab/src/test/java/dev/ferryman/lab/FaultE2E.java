package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.Phase;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Something dies, or somebody changes their mind, in the middle of the copy. */
class FaultE2E extends LabTest {
  /** Slow enough that a copy takes some ten seconds, so that a fault hits its middle. */
  private static final String SLOW = "80mbit";

  private Guest guest;

  @BeforeEach
  void createGuest() {
    guest = Guest.create("of-" + migration, "host-b").awaitBeating();
  }

  @AfterEach
  void deleteGuest() {
    if (guest != null) {
      guest.close();
    }
  }

  @Test
  void sourceAgentKilledAndBack() {
    startCopying();
    lab("kill", "agent", "host-b");
    lab("start", "agent", "host-b");
    assertMoved();
  }

  @Test
  void sourceAgentKilledAndBackOnlyAfterTheEnd() {
    startCopying();
    lab("kill", "agent", "host-b");
    fast();
    Awaitility.await("end of the job")
        .atMost(Duration.ofSeconds(60))
        .until(() -> guest.stateOn("host-b").isEmpty());
    assertThat(Api.phase(migration)).isEqualTo(Phase.Migrating);
    lab("start", "agent", "host-b");
    assertMoved();
  }

  @Test
  void destinationAgentKilledAndBack() {
    startCopying();
    lab("kill", "agent", "host-c");
    lab("start", "agent", "host-c");
    assertMoved();
  }

  @Test
  void destinationAgentKilledAndBackOnlyAfterTheEnd() {
    startCopying();
    lab("kill", "agent", "host-c");
    fast();
    Api.awaitStatus(migration, "source has ended", status -> status.source().endSequence() != null);
    assertThat(Api.phase(migration).isTerminal()).as("an outcome without proof").isFalse();
    lab("start", "agent", "host-c");
    assertMoved();
  }

  @Test
  void operatorKilledAndBack() {
    startCopying();
    lab("kill", "operator");
    fast();
    Api.awaitStatus(migration, "source has ended", status -> status.source().endSequence() != null);
    lab("start", "operator");
    assertMoved();
  }

  @Test
  void apiServerKilledAndBack() {
    startCopying();
    lab("kill", "apiserver");
    lab("start", "apiserver");
    fast();
    assertMoved();
  }

  @Test
  void sourceLibvirtdKilledAndBack() {
    startCopying();
    lab("kill", "libvirtd", "host-b");
    lab("start", "libvirtd", "host-b");
    fast();
    assertFailedAtSource("MigrationFailed");
    assertNextMoveSucceeds();
  }

  @Test
  void destinationLibvirtdKilledAndBack() {
    startCopying();
    lab("kill", "libvirtd", "host-c");
    fast();
    Api.awaitStatus(migration, "source has ended", status -> status.source().endSequence() != null);
    Awaitility.await("host-c says so")
        .atMost(Duration.ofSeconds(30))
        .until(() -> Api.isHost("host-c", "Ready", "False"));
    lab("start", "libvirtd", "host-c");
    var end = Api.awaitEnd(migration);
    assertThat(Api.reason(end)).isIn("MigrationFailed", "DestinationLost");
    assertFailed(end);
    assertNextMoveSucceeds();
  }

  @Test
  void cancelled() {
    startCopying();
    Api.cancel(migration);
    var end = Api.awaitEnd(migration);
    assertThat(end.getStatus().phase()).as(Api.message(end)).isEqualTo(Phase.Cancelled);
    assertThat(Api.reason(end)).isEqualTo("Cancelled");
    assertStays(end);
    fast();
    assertNextMoveSucceeds();
  }

  @Test
  void cancelledWhileTheOperatorIsDead() {
    startCopying();
    lab("kill", "operator");
    Api.cancel(migration);
    Api.awaitStatus(migration, "source has ended", status -> status.source().endSequence() != null);
    guest.assertRunsOnlyOn("host-b");
    lab("start", "operator");
    var end = Api.awaitEnd(migration);
    assertThat(end.getStatus().phase()).as(Api.message(end)).isEqualTo(Phase.Cancelled);
    assertStays(end);
  }

  @Test
  void deleted() {
    startCopying();
    Api.delete(migration);
    Awaitility.await("object gone")
        .atMost(Duration.ofSeconds(60))
        .until(() -> Api.get(migration) == null);
    guest.assertRunsOnlyOn("host-b");
    guest.awaitBeating().assertNoHeartbeatLost();
    fast();
    assertNextMoveSucceeds();
  }

  @Test
  void guestKilledInMidCopyIsNeverCalledASuccess() {
    startCopying();
    lab("on", "host-b", "virsh", "destroy", guest.name());
    fast();
    var end = Api.awaitEnd(migration);
    assertThat(end.getStatus().phase()).isEqualTo(Phase.Failed);
    assertThat(Api.reason(end)).as(Api.message(end)).isIn("GuestStopped", "GuestCrashed");
    assertThat(guest.stateOn("host-c")).isEmpty();
    assertNothingLeft(end);
  }

  @Test
  void twoOrdersForOneInstanceRunOneAfterTheOther() {
    slow();
    Api.order(migration, guest.name(), "host-c");
    Api.awaitCopying(migration);
    var second = migration + "-second";
    Api.order(second, guest.name(), "host-c");
    Api.awaitStatus(
        second,
        "waits",
        status ->
            status.phase() == Phase.Pending
                && status.conditions().stream()
                    .anyMatch(condition -> "InstanceBusy".equals(condition.getReason())));
    fast();
    assertThat(Api.reason(Api.awaitEnd(migration))).isEqualTo("Migrated");
    assertThat(Api.reason(Api.awaitEnd(second))).isEqualTo("AlreadyThere");
    guest.assertRunsOnlyOn("host-c");
  }

  private void startCopying() {
    slow();
    Api.order(migration, guest.name(), "host-c");
    Api.awaitCopying(migration);
  }

  private static void slow() {
    lab("link", "host-b", "rate", SLOW);
  }

  private static void fast() {
    lab("link", "host-b", "rate", "none");
  }

  private void assertMoved() {
    fast();
    var end = Api.awaitEnd(migration);
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
    guest.assertRunsOnlyOn("host-c");
    guest.awaitBeating().assertNoHeartbeatLost();
    guest.assertDiskComplete();
    assertNothingLeft(end);
  }

  private void assertFailedAtSource(String reason) {
    var end = Api.awaitEnd(migration);
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo(reason);
    assertFailed(end);
  }

  private void assertFailed(LiveMigration end) {
    assertThat(end.getStatus().phase()).isEqualTo(Phase.Failed);
    assertStays(end);
  }

  private void assertStays(LiveMigration end) {
    guest.assertRunsOnlyOn("host-b");
    guest.awaitBeating().assertNoHeartbeatLost();
    guest.assertDiskComplete();
    assertNothingLeft(end);
  }

  private void assertNextMoveSucceeds() {
    awaitHostsSchedulable();
    var next = migration + "-next";
    Api.order(next, guest.name(), "host-c");
    var end = Api.awaitEnd(next);
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
    guest.assertRunsOnlyOn("host-c");
  }
}
