package dev.ferryman.operator.decide.settle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.operator.decide.settle.DestinationEvidence.CompletePaused;
import dev.ferryman.operator.decide.settle.DestinationEvidence.IncomingPaused;
import dev.ferryman.operator.decide.settle.DestinationEvidence.NeverStarted;
import dev.ferryman.operator.decide.settle.DestinationEvidence.RunningInPostCopy;
import dev.ferryman.operator.decide.settle.DestinationEvidence.StartedEnded;
import dev.ferryman.operator.decide.settle.DestinationEvidence.StartedPaused;
import dev.ferryman.operator.decide.settle.SourceEvidence.Fenced;
import dev.ferryman.operator.decide.settle.SourceEvidence.Gone;
import dev.ferryman.operator.decide.settle.SourceEvidence.GuestEnd;
import dev.ferryman.operator.decide.settle.SourceEvidence.MayHaveSwitched;
import dev.ferryman.operator.decide.settle.SourceEvidence.NeverStopped;
import dev.ferryman.operator.decide.settle.SourceEvidence.Standing;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The settling table's rows of a guest of which each host has a part. */
class PostCopyTableTest {
  private static final SourceEvidence HALF = new MayHaveSwitched(Standing.PostCopy, false);
  private static final SourceEvidence FAILED = new MayHaveSwitched(Standing.PostCopyFailed, false);
  private static final SourceEvidence MIGRATED = gone(GuestEnd.Migrated, true);
  private static final SourceEvidence CRASHED = gone(GuestEnd.Crashed, true);
  private static final SourceEvidence VANISHED = gone(GuestEnd.Stopped, false);
  private static final SourceEvidence STOPPED = gone(GuestEnd.Stopped, true);
  private static final SourceEvidence LOST = gone(GuestEnd.InPostCopy, false);
  private static final SourceEvidence LOST_DEFINED = gone(GuestEnd.InPostCopy, true);

  private static final DestinationEvidence WHOLE = new DestinationEvidence.Running();
  private static final DestinationEvidence IN_POST_COPY = new RunningInPostCopy(false);
  private static final DestinationEvidence BROKEN = new RunningInPostCopy(true);
  private static final DestinationEvidence SILENT = new DestinationEvidence.Silent();
  private static final DestinationEvidence DIED = new StartedEnded(GuestEnd.InPostCopy, true);
  private static final DestinationEvidence VANISHED_THERE =
      new StartedEnded(GuestEnd.InPostCopy, false);
  private static final DestinationEvidence LAST =
      new DestinationEvidence.LastDefinition(GuestEnd.Stopped);
  private static final DestinationEvidence SHUT_DOWN = new StartedEnded(GuestEnd.Stopped, true);

  private static final Verdict GOES_ON = new Verdict.GoesOn(Row.InPostCopy);
  private static final Verdict LOOK = order(Row.LookForRest, SourceOrder.None);
  private static final Verdict DISCARD = order(Row.DiscardRemains, SourceOrder.DestroyRemains);
  private static final Verdict GUEST_LOST = new Verdict.Ended(Row.GuestLost, Reason.GuestLost);

  @ParameterizedTest(name = "{0} | {1} -> {2}")
  @MethodSource("table")
  void settlesByEvidenceOfBothHosts(
      SourceEvidence source, DestinationEvidence destination, Verdict expected) {
    assertThat(SettlingTable.judge(new Evidence(source, destination, false, false)))
        .isEqualTo(expected);
  }

  static Stream<Arguments> table() {
    var unknown = waits(Row.OutcomeUnknown, Reason.OutcomeUnknown);
    var ending = waits(Row.PostCopyEnding, Reason.OutcomeUnknown);
    var split = waits(Row.SplitBrain, Reason.SplitBrain);
    var away = waits(Row.HalfAtSilentDestination, Reason.DestinationUnverified);
    return Stream.of(
        // both halves are there
        arguments(HALF, IN_POST_COPY, GOES_ON),
        arguments(HALF, BROKEN, GOES_ON),
        arguments(FAILED, IN_POST_COPY, GOES_ON),
        arguments(FAILED, BROKEN, order(Row.PostCopyBroken, SourceOrder.ResumePostCopy)),
        // the destination has all of it
        arguments(HALF, WHOLE, GOES_ON),
        arguments(FAILED, WHOLE, order(Row.PostCopyDone, SourceOrder.DestroyRemains)),
        // the destination's half has ended
        arguments(HALF, DIED, DISCARD),
        arguments(FAILED, DIED, DISCARD),
        arguments(FAILED, VANISHED_THERE, DISCARD),
        arguments(FAILED, SHUT_DOWN, DISCARD),
        // what the destination has is not known
        arguments(HALF, SILENT, away),
        arguments(FAILED, SILENT, away),
        arguments(FAILED, new NeverStarted(null), unknown),
        arguments(FAILED, new NeverStarted(GuestEnd.Crashed), unknown),
        arguments(FAILED, new DestinationEvidence.AbsentUnproved(), unknown),
        arguments(FAILED, new DestinationEvidence.InactiveUnproved(GuestEnd.Crashed), unknown),
        arguments(FAILED, new CompletePaused(true), unknown),
        arguments(FAILED, new IncomingPaused(), unknown),
        arguments(FAILED, new StartedPaused("user"), unknown),
        arguments(FAILED, new DestinationEvidence.Unclear(), unknown),
        // the source's half is gone: fetched, or not
        arguments(MIGRATED, IN_POST_COPY, ending),
        arguments(MIGRATED, BROKEN, ending),
        arguments(CRASHED, IN_POST_COPY, LOOK),
        arguments(VANISHED, IN_POST_COPY, ending),
        arguments(VANISHED, BROKEN, ending),
        arguments(CRASHED, BROKEN, LOOK),
        arguments(STOPPED, BROKEN, LOOK),
        arguments(STOPPED, IN_POST_COPY, LOOK),
        // and is proved not to have been fetched
        arguments(LOST_DEFINED, BROKEN, order(Row.LostLeftover, SourceOrder.Undefine)),
        arguments(LOST, BROKEN, GUEST_LOST),
        arguments(LOST, IN_POST_COPY, GUEST_LOST),
        arguments(LOST_DEFINED, DIED, order(Row.LostLeftover, SourceOrder.Undefine)),
        arguments(LOST_DEFINED, VANISHED_THERE, GUEST_LOST),
        arguments(LOST, DIED, GUEST_LOST),
        arguments(LOST, SILENT, GUEST_LOST),
        arguments(LOST, SHUT_DOWN, new Verdict.Ended(Row.EndedAfterMove, Reason.GuestStopped)),
        arguments(LOST, WHOLE, new Verdict.Moved(Row.Moved, false)),
        // its definition is the last one, and nothing more is known of it
        arguments(STOPPED, LAST, order(Row.LeftoverOfPostCopy, SourceOrder.Undefine)),
        arguments(CRASHED, LAST, order(Row.LeftoverOfPostCopy, SourceOrder.Undefine)),
        arguments(VANISHED, LAST, new Verdict.Ended(Row.EndedSincePostCopy, Reason.GuestStopped)),
        arguments(MIGRATED, LAST, order(Row.LeftoverOfPostCopy, SourceOrder.Undefine)),
        arguments(
            gone(GuestEnd.Migrated, false),
            LAST,
            new Verdict.Ended(Row.EndedAfterMove, Reason.GuestStopped)),
        arguments(LOST_DEFINED, LAST, order(Row.LostLeftover, SourceOrder.Undefine)),
        arguments(LOST, LAST, GUEST_LOST),
        // the source's half is not to be seen
        arguments(
            new SourceEvidence.Silent(),
            IN_POST_COPY,
            waits(Row.HalfAtSilentSource, Reason.SourceUnverified)),
        arguments(
            new SourceEvidence.Silent(),
            BROKEN,
            waits(Row.HalfAtSilentSource, Reason.SourceUnverified)),
        arguments(new Fenced(false), IN_POST_COPY, GUEST_LOST),
        arguments(new Fenced(false), BROKEN, GUEST_LOST),
        arguments(new Fenced(true), BROKEN, unknown),
        // what cannot be
        arguments(new SourceEvidence.Unclear(), BROKEN, unknown),
        arguments(new NeverStopped(false), IN_POST_COPY, split),
        arguments(new NeverStopped(true), IN_POST_COPY, unknown),
        arguments(new MayHaveSwitched(Standing.Running, false), BROKEN, split),
        arguments(new MayHaveSwitched(Standing.Running, true), BROKEN, split),
        arguments(new MayHaveSwitched(Standing.PausedByMigration, false), BROKEN, unknown),
        arguments(new MayHaveSwitched(Standing.PausedOtherwise, false), IN_POST_COPY, unknown));
  }

  /** That it was paused before, or is to be held back, makes no whole guest of a half. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void neitherAPausedGuestsNorAHeldBackCopyIsTakenFromItsOtherHalf(boolean pausedBefore) {
    for (var copy : new DestinationEvidence[] {new CompletePaused(true), new NeverStarted(null)}) {
      for (var strict : new boolean[] {true, false}) {
        assertThat(SettlingTable.judge(new Evidence(FAILED, copy, pausedBefore, strict)))
            .isEqualTo(waits(Row.OutcomeUnknown, Reason.OutcomeUnknown));
      }
    }
  }

  private static SourceEvidence gone(GuestEnd end, boolean defined) {
    return new Gone(end, defined, SinceSwitchover.StoodStill);
  }

  private static Verdict waits(Row row, Reason reason) {
    return new Verdict.Waits(row, reason);
  }

  private static Verdict order(Row row, SourceOrder source) {
    return new Verdict.Ordered(row, source, DestinationOrder.None);
  }
}
