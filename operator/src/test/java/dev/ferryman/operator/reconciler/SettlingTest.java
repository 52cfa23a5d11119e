package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import org.junit.jupiter.api.Test;

/** How a move that libvirt has begun ends. */
class SettlingTest extends MoveFixture {

  @Test
  void aMoveBesideWhichTheSourceWentOnForATimeSaysSo() {
    toRunning();
    api.source(
        "move",
        Sample.ended(Switched.Gone, DomainState.Absent, null)
            .sinceSwitchover(SinceSwitchover.WentOn)
            .build());
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    reconcile();

    assertSays(Phase.Succeeded, "True", "Migrated");
    assertThat(condition("Succeeded").getMessage())
        .contains("go on beside it for a time")
        .contains("look at the guest's disks");
  }

  @Test
  void aSupersededSourceIsDestroyedFirstAndTheMoveSucceedsOnItsProof() {
    toRunning();
    api.source(
        "move",
        Sample.ended(Switched.MayHaveSwitched, DomainState.Paused, "migrating")
            .state(SourceState.Ended)
            .build());
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    reconcile();

    var settlement = move().status().settlement();
    assertThat(settlement.source()).isEqualTo(SourceOrder.Destroy);
    assertThat(settlement.destination()).isEqualTo(DestinationOrder.None);
    assertThat(settlement.step()).isEqualTo(1);
    assertSays(Phase.Settling, "Unknown", "Settling");
    int writes = api.writes.size();
    reconcile();
    assertThat(api.writes).hasSize(writes);

    api.source(
        "move", Sample.ended(Switched.Gone, DomainState.Absent, "destroyed").done(1).build());
    reconcile();
    assertSays(Phase.Succeeded, "True", "Migrated");
    assertThat(move().status().settlement()).isEqualTo(settlement);
  }

  @Test
  void aPausedSourceIsResumedAndTheMoveFails() {
    toRunning();
    api.source(
        "move",
        Sample.ended(Switched.MayHaveSwitched, DomainState.Paused, "migrating")
            .state(SourceState.Ended)
            .build());
    api.destination("move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
    reconcile();
    assertThat(move().status().settlement().source()).isEqualTo(SourceOrder.Resume);

    api.source(
        "move",
        Sample.ended(Switched.MayHaveSwitched, DomainState.Running, "unpaused").done(1).build());
    reconcile();
    assertSays(Phase.Failed, "False", "MigrationFailed");
  }

  @Test
  void aSplitBrainAlarmsAndDestroysNothing() {
    toRunning();
    api.source(
        "move",
        Sample.ended(Switched.MayHaveSwitched, DomainState.Running, "migration canceled").build());
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    reconcile();
    clock.pass(Settler.PATIENCE);
    reconcile();

    assertSays(Phase.Settling, "Unknown", "SplitBrain");
    assertThat(condition("Stalled").getStatus()).isEqualTo("True");
    assertThat(move().status().settlement()).isNull();
  }

  @Test
  void successWaitsForTheDestinationsLastWord() {
    toRunning();
    api.source("move", Sample.ended(Switched.Gone, DomainState.Absent, null).build());
    api.destination(
        "move",
        Sample.saw(Started.Started, DomainState.Running, "migrated")
            .state(DestinationState.Checked)
            .build());
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Migrating);
  }

  @Test
  void aCopyThatRanBesideTheOtherAndEndedIsNotWaitedFor() {
    toRunning();
    api.source(
        "move",
        Sample.ended(Switched.MayHaveSwitched, DomainState.Running, "migration canceled").build());
    api.destination("move", Sample.saw(Started.Started, DomainState.ShutOff, "crashed").build());
    reconcile();
    assertThat(move().status().settlement().destination()).isEqualTo(DestinationOrder.Undefine);

    api.destination("move", Sample.saw(Started.Started, DomainState.Absent, null).done(1).build());
    reconcile();

    assertSays(Phase.Failed, "False", "MigrationFailed");
    assertThat(condition("Succeeded").getMessage()).contains("ran beside it for a time");
  }

  @Test
  void aGuestThatEndedByItselfIsToldAsThat() {
    toRunning();
    api.source("move", Sample.ended(Switched.Gone, DomainState.ShutOff, "crashed").build());
    api.destination("move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
    reconcile();

    assertSays(Phase.Failed, "False", "GuestCrashed");
  }

  @Test
  void messagesAreCutToTheirBound() {
    toRunning();
    api.source(
        "move",
        Sample.ended(Switched.NeverStopped, DomainState.Running, "booted")
            .result(new CallResult(1, 1, "x".repeat(2000)))
            .build());
    api.destination("move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
    reconcile();

    assertThat(condition("Succeeded").getMessage()).hasSize(1024);
  }

  @Test
  void aCopyThatShowsNoMarkIsNotTakenForTheMovedGuest() {
    toRunning();
    api.source("move", Sample.ended(Switched.Gone, DomainState.Absent, null).build());
    api.destination(
        "move",
        Sample.saw(Started.Started, DomainState.Running, "migrated")
            .domain(new DomainReport(DomainState.Running, "booted", null, null))
            .build());
    reconcile();
    clock.pass(Settler.PATIENCE);
    reconcile();

    assertSays(Phase.Settling, "Unknown", "OutcomeUnknown");
  }

  @Test
  void aGuestThatHasRunAtTheDestinationAndIsPausedThereHasMoved() {
    toRunning();
    api.source("move", Sample.ended(Switched.Gone, DomainState.Absent, null).build());
    api.destination("move", Sample.saw(Started.Started, DomainState.Paused, "I/O error").build());
    reconcile();

    assertSays(Phase.Succeeded, "True", "Migrated");
    assertThat(condition("Succeeded").getMessage())
        .contains("is on host-c")
        .contains("stands still now (Paused, I/O error)");
  }

  @Test
  void anUntouchedGuestsMoveEndsThoughTheDestinationCannotTellWhatWasThere() {
    toRunning();
    api.source("move", Sample.ended(Switched.NeverStopped, DomainState.Running, "booted").build());
    api.destination("move", Sample.saw(Started.Unknown, DomainState.Absent, null).build());
    reconcile();

    assertSays(Phase.Failed, "False", "MigrationFailed");
  }

  @Test
  void aCallThatWasNeverMadeNamesItsCause() {
    toRunning();
    api.source(
        "move",
        Sample.ended(Switched.NeverStopped, DomainState.Running, "booted")
            .result(new CallResult(CallResult.UNKNOWN, null, "no connection to libvirt"))
            .build());
    api.destination("move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
    reconcile();

    assertThat(condition("Succeeded").getMessage()).endsWith("; no connection to libvirt");
  }
}
