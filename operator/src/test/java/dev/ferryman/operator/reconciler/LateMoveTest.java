package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.GivenUp;
import dev.ferryman.crds.livemigration.MigrationMode;
import dev.ferryman.crds.livemigration.MigrationStatistics;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.ProgressBuilder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import org.junit.jupiter.api.Test;

/** A move that does not end in time: it is given up, or its guest paused. */
class LateMoveTest extends MoveFixture {

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
}
