package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.MigrationStatistics;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import dev.ferryman.operator.Sample;
import org.junit.jupiter.api.Test;

/** Moves whose copy waits at the destination until the source's is gone. */
class StrictSettlingTest extends MoveFixture {

  private void toStrict(boolean imageLocks) {
    reconcile();
    api.source("move", Sample.source(SourceState.Checked).needs(Sample.needs(false)).build());
    api.destination(
        "move", Sample.destination(DestinationState.Checked).imageLocks(imageLocks).build());
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Migrating);
  }

  private void toRunningStrict() {
    toStrict(false);
    api.source("move", Sample.source(SourceState.Running).needs(Sample.needs(false)).build());
  }

  private void ended(Switched switched, DomainState state, String reason, Integer done) {
    api.source(
        "move",
        Sample.ended(switched, state, reason).needs(Sample.needs(false)).done(done).build());
  }

  private void copyWaits() {
    api.destination(
        "move",
        Sample.saw(Started.NeverStarted, DomainState.Paused, "user")
            .state(DestinationState.Checked)
            .build());
  }

  @Test
  void aGuestWithImageLocksIsHandedOverByLibvirt() {
    toStrict(true);

    assertThat(move().status().switchover()).isEqualTo(SwitchoverMode.Fast);
  }

  @Test
  void aGuestWithoutImageLocksWaitsForTheSourcesEnd() {
    toStrict(false);

    assertThat(move().status().switchover()).isEqualTo(SwitchoverMode.Strict);
  }

  @Test
  void aWaitingCopyIsResumedWhenTheSourceIsGone() {
    toRunningStrict();
    ended(Switched.Gone, DomainState.Absent, null, null);
    copyWaits();
    reconcile();

    var settlement = move().status().settlement();
    assertThat(settlement.destination()).isEqualTo(DestinationOrder.Resume);
    assertThat(settlement.source()).isEqualTo(SourceOrder.None);

    api.destination(
        "move", Sample.saw(Started.Started, DomainState.Running, "unpaused").done(1).build());
    reconcile();
    assertSays(Phase.Succeeded, "True", "Migrated");
  }

  @Test
  void theTimeForWhichTheCopyWasHeldBelongsToTheDowntime() {
    toRunningStrict();
    api.source(
        "move",
        Sample.ended(Switched.Gone, DomainState.Absent, null)
            .needs(Sample.needs(false))
            .statistics(new MigrationStatistics(40L, 900L, 1000L, 3L))
            .build());
    api.destination(
        "move",
        Sample.saw(Started.Started, DomainState.Running, "unpaused").heldMilliseconds(52L).build());
    reconcile();

    assertSays(Phase.Succeeded, "True", "Migrated");
    assertThat(move().status().result().downtimeMilliseconds()).isEqualTo(92);
    assertThat(condition("Succeeded").getMessage()).endsWith("it stood still for 92 ms");
  }

  @Test
  void aWaitingCopyIsDiscardedWhenTheSourceRanOnBeforeItEnded() {
    toRunningStrict();
    endedAt(SinceSwitchover.WentOn);
    copyWaits();
    reconcile();
    assertThat(move().status().settlement().source()).isEqualTo(SourceOrder.None);
    assertThat(move().status().settlement().destination()).isEqualTo(DestinationOrder.Destroy);

    api.destination(
        "move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).done(1).build());
    reconcile();
    assertSays(Phase.Failed, "False", "GuestCrashed");
  }

  @Test
  void aWaitingCopyIsLeftToAPersonWhenNobodyKnowsWhetherTheSourceRanOn() {
    toRunningStrict();
    endedAt(SinceSwitchover.Unknown);
    copyWaits();
    reconcile();
    clock.pass(Settler.PATIENCE);
    reconcile();

    assertSays(Phase.Settling, "Unknown", "OutcomeUnknown");
    assertThat(move().status().settlement()).isNull();
  }

  private void endedAt(SinceSwitchover since) {
    api.source(
        "move",
        Sample.ended(Switched.Gone, DomainState.ShutOff, "crashed")
            .sinceSwitchover(since)
            .needs(Sample.needs(false))
            .build());
  }

  @Test
  void aWaitingCopyIsDiscardedWhenTheSourceRunsOn() {
    toRunningStrict();
    ended(Switched.MayHaveSwitched, DomainState.Running, "migration canceled", null);
    copyWaits();
    reconcile();
    assertThat(move().status().settlement().destination()).isEqualTo(DestinationOrder.Destroy);

    api.destination(
        "move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).done(1).build());
    reconcile();
    assertSays(Phase.Failed, "False", "MigrationFailed");
  }

  @Test
  void ofTwoThatStandStillTheSourceYieldsAndThenTheDestinationGoesOn() {
    toRunningStrict();
    ended(Switched.MayHaveSwitched, DomainState.Paused, "migrating", null);
    copyWaits();
    reconcile();
    assertThat(move().status().settlement().source()).isEqualTo(SourceOrder.Destroy);
    assertThat(move().status().settlement().destination()).isEqualTo(DestinationOrder.None);

    ended(Switched.Gone, DomainState.Absent, "destroyed", 1);
    reconcile();
    assertThat(move().status().settlement().step()).isEqualTo(2);
    assertThat(move().status().settlement().destination()).isEqualTo(DestinationOrder.Resume);
  }

  @Test
  void aFencedSourceIsNotedBeforeTheWaitingCopyIsResumed() {
    toRunningStrict();
    copyWaits();
    api.host(Sample.fenced(api.hosts.get("host-b"), Sample.SOURCE_BOOT));
    reconcile();
    assertThat(move().status().settlement().sourceFencedBootID()).isEqualTo(Sample.SOURCE_BOOT);
    assertThat(move().status().settlement().destination()).isEqualTo(DestinationOrder.None);

    api.destination(
        "move",
        Sample.saw(Started.NeverStarted, DomainState.Paused, "user")
            .state(DestinationState.Checked)
            .done(1)
            .build());
    reconcile();
    assertThat(move().status().settlement().sourceFencedBootID()).isEqualTo(Sample.SOURCE_BOOT);
    assertThat(move().status().settlement().destination()).isEqualTo(DestinationOrder.Resume);

    api.destination(
        "move", Sample.saw(Started.Started, DomainState.Running, "unpaused").done(2).build());
    reconcile();
    assertSays(Phase.Succeeded, "True", "Migrated");
  }

  @Test
  void aSourceThatLibvirtHasJustLetGoOnYields() {
    toRunning();
    api.source(
        "move",
        Sample.ended(Switched.MayHaveSwitched, DomainState.Running, "migration canceled")
            .justResumed(true)
            .build());
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    reconcile();
    assertThat(move().status().settlement().source()).isEqualTo(SourceOrder.Destroy);

    api.source(
        "move",
        Sample.ended(Switched.MayHaveSwitched, DomainState.Running, "migration canceled")
            .done(1)
            .build());
    reconcile();
    clock.pass(Settler.PATIENCE);
    reconcile();
    assertSays(Phase.Settling, "Unknown", "SplitBrain");
  }
}
