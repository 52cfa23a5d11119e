package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** etcd is put back to an old state, or away for long: what has run is not run again. */
class RestoreE2E extends LabTest {
  private Guest guest;
  private String bootId;

  @BeforeEach
  void createGuest() {
    guest = Guest.create("of-" + migration, "host-b").awaitBeating();
    bootId = guest.bootId();
  }

  @AfterEach
  void deleteGuest() {
    if (guest != null) {
      guest.close();
    }
  }

  @Test
  void anOrderFromBeforeItRanIsNotRunAgainThoughTheGuestHasMovedOn() {
    lab("kill", "operator");
    Api.order(migration, guest.name(), "host-c");
    lab("etcd", "backup");
    lab("start", "operator");
    assertMoved(Api.awaitEnd(migration), "host-c");
    assertMoved(move("back", "host-b"), "host-b");

    lab("etcd", "restore");

    var end = Api.awaitEnd(migration);
    assertThat(end.getStatus().phase()).as(Api.message(end)).isEqualTo(Phase.Failed);
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("AlreadyRan");
    assertUndisturbedOn("host-b");
    assertNothingLeft(end);
    assertMoved(move("again", "host-c"), "host-c");
  }

  @Test
  void aMoveFromItsMiddleIsSettledByWhatTheHostsKnow() {
    lab("link", "host-b", "rate", "20mbit");
    Api.order(migration, guest.name(), "host-c");
    Api.awaitCopying(migration);
    lab("etcd", "backup");
    assertThat(Api.status(migration).source().state()).isEqualTo(SourceState.Running);
    lab("link", "host-b", "rate", "none");
    assertMoved(Api.awaitEnd(migration), "host-c");

    lab("etcd", "restore");

    assertMoved(Api.awaitEnd(migration), "host-c");
    assertMoved(move("back", "host-b"), "host-b");
  }

  /** The hosts finish what runs, and tell it when somebody listens again. */
  @Test
  void theApiServerIsAwayUntilLongAfterTheEnd() {
    lab("link", "host-b", "rate", "20mbit");
    Api.order(migration, guest.name(), "host-c");
    Api.awaitCopying(migration);
    lab("kill", "apiserver");
    lab("link", "host-b", "rate", "none");
    await("end of the job")
        .atMost(Duration.ofSeconds(60))
        .until(() -> guest.stateOn("host-b").isEmpty());
    // Longer than any request of an agent, or of the operator, is waited for.
    await("a minute")
        .pollDelay(Duration.ofSeconds(60))
        .atMost(Duration.ofSeconds(120))
        .until(() -> guest.stateOn("host-c").equals("running"));
    lab("start", "apiserver");

    assertMoved(Api.awaitEnd(migration), "host-c");
    assertThat(Api.conflictEvents(guest.name())).as("false alarms").isEmpty();
  }

  private LiveMigration move(String suffix, String destination) {
    awaitHostsSchedulable();
    var name = migration + "-" + suffix;
    Api.order(name, guest.name(), destination);
    return Api.awaitEnd(name);
  }

  private void assertMoved(LiveMigration end, String host) {
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
    assertNothingLeft(end);
    assertUndisturbedOn(host);
  }

  private void assertUndisturbedOn(String host) {
    guest.assertRunsOnlyOn(host);
    guest.awaitBeating().assertNoHeartbeatLost();
    guest.assertDiskComplete();
    assertThat(guest.bootId()).as("the same run of the guest").isEqualTo(bootId);
  }
}
