package dev.ferryman.operator.decide.settle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds of every verdict, whatever two hosts say. */
class SettlingPropertyTest {
  @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
  void successIsOnlyWrittenWithProofFromBothHosts(
      @ForAll("worlds") SettlingWorld world, @ForAll boolean patient) {
    world
        .verdict(patient)
        .filter(v -> v instanceof Verdict.Moved)
        .ifPresent(
            verdict -> {
              assertThat(world.destinationIsFresh()).isTrue();
              assertThat(world.destinationIsMarked()).isTrue();
              assertThat(world.destinationHost().answers()).isTrue();
              assertThat(world.destinationRuns() || world.pausedBefore() || world.started())
                  .isTrue();
              assertThat(world.destinationIsActive()).isTrue();
              assertThat(world.sourceIsProvedGone() || world.sourceIsFenced()).isTrue();
            });
  }

  @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
  void aCopyIsOnlyDestroyedWhereTheOtherHoldsTheGuest(
      @ForAll("worlds") SettlingWorld world, @ForAll boolean patient) {
    world
        .verdict(patient)
        .filter(v -> v instanceof Verdict.Ordered)
        .map(v -> (Verdict.Ordered) v)
        .ifPresent(
            order -> {
              assertThat(world.destinationHost().answers()).isTrue();
              assertThat(world.destinationIsFresh()).isTrue();
              if (order.destination() == DestinationOrder.Resume) {
                assertThat(order.source()).isEqualTo(SourceOrder.None);
                assertThat(world.switchover()).isEqualTo(SwitchoverMode.Strict);
                assertThat(world.destinationIsMarked()).isTrue();
                assertThat(world.destinationIsActive()).isTrue();
                assertThat(world.pausedBefore()).isFalse();
                assertThat(
                        world.sourceHasLeft() || (world.sourceIsFenced() && !world.sourceWentOn()))
                    .isTrue();
                return;
              }
              if (order.row() == Row.DiscardStaleCopy) {
                assertThat(world.sourceWentOn()).isTrue();
                assertThat(world.sourceIsProvedGone() || world.sourceIsFenced()).isTrue();
                assertThat(world.neverStarted()).isTrue();
                assertThat(world.destinationIsMarked()).isTrue();
                return;
              }
              assertThat(world.sourceHost().answers()).isTrue();
              assertThat(world.sourceIsCurrent()).isTrue();
              if (order.source() == SourceOrder.Destroy) {
                boolean waits =
                    world.switchover() == SwitchoverMode.Strict
                        && world.destinationIsActive()
                        && world.neverStarted()
                        && !world.sourceRuns();
                assertThat(world.destinationRuns() || waits).isTrue();
                assertThat(world.destinationIsMarked()).isTrue();
                assertThat(order.destination()).isEqualTo(DestinationOrder.None);
                assertThat(!world.sourceRuns() || world.justResumed()).isTrue();
              }
              if (order.source() == SourceOrder.Resume) {
                assertThat(world.neverStarted()).isTrue();
                assertThat(world.destinationIsActive()).isFalse();
                assertThat(world.pausedBefore()).isFalse();
              }
              if (order.source() == SourceOrder.Undefine) {
                assertThat(world.destinationIsMarked()).isTrue();
                assertThat(world.sourceIsActive()).isFalse();
              }
              if (order.destination() == DestinationOrder.Destroy) {
                assertThat(world.neverStarted()).isTrue();
                assertThat(world.sourceIsActive()).isTrue();
                assertThat(world.destinationIsMarked()).isTrue();
              }
              if (order.destination() == DestinationOrder.Undefine) {
                assertThat(world.neverStarted() || world.sourceNeverStopped() || world.sourceRuns())
                    .isTrue();
                assertThat(world.destinationIsActive()).isFalse();
                assertThat(world.destinationIsMarked()).isTrue();
              }
            });
  }

  @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
  void aFailureIsOnlyWrittenWhereTheSourceWordIsFinal(
      @ForAll("worlds") SettlingWorld world, @ForAll boolean patient) {
    world
        .verdict(patient)
        .filter(v -> v instanceof Verdict.Stayed || v instanceof Verdict.Ended)
        .filter(v -> v.row() != Row.NotStarted && !isLost(v))
        .ifPresent(
            verdict -> {
              assertThat(
                      (world.sourceHost().answers() && world.sourceIsCurrent())
                          || (world.sourceIsFenced() && world.sourceWentOn()))
                  .isTrue();
              assertThat(world.move().hasEnded()).isTrue();
              assertThat(
                      world.destinationRuns()
                          && world.destinationIsFresh()
                          && world.destinationIsMarked()
                          && world.destinationHost().answers())
                  .isFalse();
            });
  }

  /** Each half is worthless without the other, so that neither may go while that one is there. */
  @Property(tries = 20000, edgeCases = EdgeCasesMode.NONE)
  void inPostCopyNothingIsResumedAndTheSourcesHalfEndsOnlyWhereItIsOfNoUse(
      @ForAll("worlds") SettlingWorld world, @ForAll boolean patient) {
    if (!world.sourceIsHalf() && !world.destinationIsHalf()) {
      return;
    }
    world
        .verdict(patient)
        .filter(v -> v instanceof Verdict.Ordered)
        .map(v -> (Verdict.Ordered) v)
        .ifPresent(
            order -> {
              assertThat(order.source()).isNotEqualTo(SourceOrder.Resume);
              if (world.destinationIsFresh() && world.destinationIsMarked()) {
                assertThat(order.destination()).isEqualTo(DestinationOrder.None);
              }
              if (world.sourceIsHalf()
                  || (world.destinationIsHalf() && world.destinationIsMarked())) {
                assertThat(order.source()).isNotEqualTo(SourceOrder.Destroy);
              }
              if (order.source() == SourceOrder.DestroyRemains) {
                assertThat(world.destinationIsWhole() || world.destinationHasEnded()).isTrue();
                assertThat(world.destinationIsFresh()).isTrue();
                assertThat(world.sourceIsHalf()).isTrue();
              }
              if (order.source() == SourceOrder.ResumePostCopy) {
                assertThat(world.sourceIsHalf() && world.destinationIsHalf()).isTrue();
                assertThat(world.sourceHost().answers()).isTrue();
              }
            });
  }

  @Property(tries = 20000, edgeCases = EdgeCasesMode.NONE)
  void aGuestIsOnlyCalledLostWhereAHalfOfItIsProvedGone(
      @ForAll("worlds") SettlingWorld world, @ForAll boolean patient) {
    world
        .verdict(patient)
        .filter(SettlingPropertyTest::isLost)
        .ifPresent(
            verdict -> {
              assertThat(
                      world.destinationIsWhole()
                          && world.destinationIsFresh()
                          && world.destinationHost().answers()
                          && world.destinationIsMarked())
                  .isFalse();
              assertThat(
                      (world.sourceIsFenced() && world.destinationIsHalf())
                          || (world.sourceIsProvedGone() && world.provedLostBefore()))
                  .isTrue();
            });
  }

  @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
  void aMoveThatMayStillStartIsNeverSettled(@ForAll("worlds") SettlingWorld world) {
    if (world.phase() == Phase.Migrating
        && world.source().map(s -> s.state() == SourceState.Checked).orElse(true)
        && world.source().map(s -> s.endSequence() == null).orElse(true)) {
      assertThat(world.verdict(false)).isEmpty();
    }
  }

  private static boolean isLost(Verdict verdict) {
    return verdict instanceof Verdict.Ended ended && ended.reason() == Reason.GuestLost;
  }

  @Provide
  Arbitrary<SettlingWorld> worlds() {
    return SettlingWorlds.worlds();
  }
}
