package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.GivenUp;
import dev.ferryman.crds.livemigration.MigrationMode;
import dev.ferryman.crds.livemigration.MigrationStatistics;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.ProgressBuilder;
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
  void aDeletedMoveUnderWayIsCancelledAndOnlyThenLetGo() {
    toRunning();
    api.delete("move");
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Migrating);

    api.source(
        "move",
        Sample.ended(Switched.NeverStopped, DomainState.Running, "booted")
            .abortRequested(true)
            .build());
    api.destination("move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
    reconcile();

    assertThat(api.writes).endsWith("Cancelled", "release");
    assertThat(move()).isNull();
  }

  @Test
  void aCancelThatCameTooLateIsRefusedVisibly() {
    toRunning();
    api.cancel("move");
    api.source("move", Sample.ended(Switched.Gone, DomainState.Absent, null).build());
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    reconcile();

    assertSays(Phase.Succeeded, "True", "Migrated");
    assertThat(condition("CancelRefused").getStatus()).isEqualTo("True");
  }

  @Test
  void aFailureBesideACancelIsNotCalledCancelled() {
    toRunning();
    api.cancel("move");
    api.source(
        "move",
        Sample.ended(Switched.NeverStopped, DomainState.Running, "booted")
            .result(new CallResult(38, 7, "cannot connect"))
            .build());
    api.destination("move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
    reconcile();

    assertSays(Phase.Failed, "False", "MigrationFailed");
    assertThat(condition("Succeeded").getMessage()).contains("cannot connect").contains("38");
  }

  @Test
  void aMoveThatMadeNoHeadwaySaysSoWithItsFigures() {
    toRunning();
    api.source(
        "move",
        Sample.ended(Switched.NeverStopped, DomainState.Running, "booted")
            .abortRequested(true)
            .givenUp(GivenUp.Stalled)
            .progress(
                ProgressBuilder.builder()
                    .percent(40)
                    .memoryRemainingBytes(600L << 20)
                    .transferBytesPerSecond(20L << 20)
                    .dirtyBytesPerSecond(25L << 20)
                    .build())
            .build());
    api.destination("move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
    reconcile();

    assertSays(Phase.Failed, "False", "Stalled");
    assertThat(condition("Succeeded").getMessage())
        .startsWith(
            "no headway for 60 s (600 MiB left, 20 MiB/s copied, 25 MiB/s written by the guest): ");
  }

  @Test
  void aMoveThatTookTooLongSaysSo() {
    toRunning();
    api.source(
        "move",
        Sample.ended(Switched.NeverStopped, DomainState.Running, "booted")
            .abortRequested(true)
            .givenUp(GivenUp.TimedOut)
            .build());
    api.destination("move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
    reconcile();

    assertSays(Phase.Failed, "False", "TimedOut");
  }

  @Test
  void aMoveWhoseGuestIsPausedSaysSoOnce() {
    toRunning();
    api.source(
        "move", Sample.source(SourceState.Running).pausedToFinish(true).jobActive(true).build());
    reconcile();

    assertSays(Phase.Migrating, "Unknown", "Migrating");
    assertThat(condition("Succeeded").getMessage()).contains("the guest is paused");
    var writes = api.writes.size();
    reconcile();
    assertThat(api.writes).hasSize(writes);
  }

  @Test
  void aMoveWhoseGuestWasPausedInVainSaysSo() {
    toRunning();
    api.source(
        "move",
        Sample.ended(Switched.MayHaveSwitched, DomainState.Running, "migration canceled")
            .abortRequested(true)
            .pausedToFinish(true)
            .givenUp(GivenUp.Stalled)
            .build());
    api.destination("move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
    reconcile();

    assertSays(Phase.Failed, "False", "Stalled");
    assertThat(condition("Succeeded").getMessage())
        .startsWith("no headway for 60 s, nor done within 60 s of the guest's pause: ");
  }

  @Test
  void aMoveWhoseGuestWasPausedSaysForHowLong() {
    toRunning();
    api.source(
        "move",
        Sample.ended(Switched.Gone, DomainState.Absent, null)
            .pausedToFinish(true)
            .statistics(new MigrationStatistics(4100L, 9000L, 1000L, 3L))
            .build());
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    reconcile();

    assertSays(Phase.Succeeded, "True", "Migrated");
    assertThat(condition("Succeeded").getMessage())
        .contains("stood still for 4100 ms since it was paused for its copying to end");
    assertThat(move().status().result().mode()).isEqualTo(MigrationMode.Paused);
  }

  @Test
  void aLostDestinationFailsTheMoveAtOnce() {
    toRunning();
    died("host-c");
    api.source("move", Sample.ended(Switched.NeverStopped, DomainState.Running, "booted").build());
    reconcile();

    assertSays(Phase.Failed, "False", "DestinationLost");
  }

  @Test
  void aSilentSourceIsWaitedForVisiblyAndTheWaitEndsByItself() {
    toRunning();
    died("host-b");
    assertThat(reconcile()).contains(Settler.PATIENCE.plusMillis(1));
    clock.pass(Settler.PATIENCE);
    reconcile();
    assertSays(Phase.Migrating, "Unknown", "OutcomeUnknown");
    assertThat(condition("Stalled").getStatus()).isEqualTo("True");

    returned("host-b");
    reconcile();
    assertSays(Phase.Migrating, "Unknown", "Migrating");
    assertThat(condition("Stalled").getStatus()).isEqualTo("False");
  }

  @Test
  void aFencedSourceLetsAProvedMoveSucceed() {
    toRunning();
    api.destination(
        "move",
        Sample.saw(Started.Started, DomainState.Running, "migrated").peerSequence(2L).build());
    api.host(Sample.fenced(api.hosts.get("host-b"), Sample.SOURCE_BOOT));
    reconcile();

    var settlement = move().status().settlement();
    assertThat(settlement.sourceFencedBootID()).isEqualTo(Sample.SOURCE_BOOT);
    assertThat(move().phase()).isEqualTo(Phase.Settling);

    api.destination(
        "move", Sample.saw(Started.Started, DomainState.Running, "migrated").done(1).build());
    reconcile();
    assertSays(Phase.Succeeded, "True", "Migrated");
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
  void aDestinationThatStaysSilentAfterTheHandOverIsWaitedFor() {
    toRunning();
    api.source("move", Sample.ended(Switched.Gone, DomainState.Absent, null).build());
    assertThat(reconcile()).isPresent();
    clock.pass(Settler.PATIENCE);
    reconcile();

    assertSays(Phase.Settling, "Unknown", "DestinationUnverified");
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    reconcile();
    assertSays(Phase.Succeeded, "True", "Migrated");
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

  @Test
  void aFencedSourceWhoseHostResourceIsDeletedLetsAProvedMoveSucceed() {
    toRunning();
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    api.host(Sample.fenced(api.hosts.get("host-b"), Sample.SOURCE_BOOT));
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Settling);

    api.hosts.remove("host-b");
    api.destination(
        "move", Sample.saw(Started.Started, DomainState.Running, "migrated").done(1).build());
    reconcile();
    assertSays(Phase.Succeeded, "True", "Migrated");
  }
}
