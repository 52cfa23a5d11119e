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
import dev.ferryman.operator.decide.settle.DestinationEvidence.StartedEnded;
import dev.ferryman.operator.decide.settle.DestinationEvidence.StartedPaused;
import dev.ferryman.operator.decide.settle.SourceEvidence.Fenced;
import dev.ferryman.operator.decide.settle.SourceEvidence.Gone;
import dev.ferryman.operator.decide.settle.SourceEvidence.GuestEnd;
import dev.ferryman.operator.decide.settle.SourceEvidence.MayHaveSwitched;
import dev.ferryman.operator.decide.settle.SourceEvidence.NeverStopped;
import dev.ferryman.operator.decide.settle.SourceEvidence.NotStarted;
import dev.ferryman.operator.decide.settle.SourceEvidence.Standing;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SettlingTableTest {
  private static final SourceEvidence MIGRATED = gone(GuestEnd.Migrated, false);
  private static final SourceEvidence MIGRATED_LEFTOVER = gone(GuestEnd.Migrated, true);
  private static final SourceEvidence STOPPED = gone(GuestEnd.Stopped, true);
  private static final SourceEvidence CRASHED = gone(GuestEnd.Crashed, false);
  private static final SourceEvidence CRASHED_LATER =
      new Gone(GuestEnd.Crashed, true, SinceSwitchover.WentOn);
  private static final SourceEvidence CRASHED_UNSEEN =
      new Gone(GuestEnd.Crashed, true, SinceSwitchover.Unknown);
  private static final SourceEvidence STAYED = new NeverStopped(false);
  private static final SourceEvidence MAYBE_RUNNING = new MayHaveSwitched(Standing.Running, false);
  private static final SourceEvidence JUST_RESUMED = new MayHaveSwitched(Standing.Running, true);
  private static final SourceEvidence MAYBE_PAUSED =
      new MayHaveSwitched(Standing.PausedByMigration, false);
  private static final SourceEvidence MAYBE_IO_ERROR =
      new MayHaveSwitched(Standing.PausedOtherwise, false);
  private static final SourceEvidence PAUSED_TO_FINISH =
      new MayHaveSwitched(Standing.PausedToFinish, false);
  private static final SourceEvidence S_SILENT = new SourceEvidence.Silent();
  private static final SourceEvidence S_UNCLEAR = new SourceEvidence.Unclear();

  private static final DestinationEvidence RUNNING = new DestinationEvidence.Running();
  private static final DestinationEvidence ABSENT = new NeverStarted(null);
  private static final DestinationEvidence DEFINED = new NeverStarted(GuestEnd.Stopped);
  private static final DestinationEvidence COMPLETE = new CompletePaused(true);
  private static final DestinationEvidence COMPLETE_UNSURE = new CompletePaused(false);
  private static final DestinationEvidence INCOMING = new IncomingPaused();
  private static final DestinationEvidence PAUSED_SINCE = new StartedPaused("I/O error");
  private static final DestinationEvidence INACTIVE =
      new DestinationEvidence.InactiveUnproved(GuestEnd.Crashed);
  private static final DestinationEvidence ABSENT_UNPROVED =
      new DestinationEvidence.AbsentUnproved();
  private static final DestinationEvidence D_SILENT = new DestinationEvidence.Silent();
  private static final DestinationEvidence D_UNCLEAR = new DestinationEvidence.Unclear();

  @ParameterizedTest(name = "{0} | {1}, paused before: {2} -> {3}")
  @MethodSource("table")
  void settlesByEvidenceOfBothHosts(
      SourceEvidence source,
      DestinationEvidence destination,
      Boolean pausedBefore,
      Verdict expected) {
    assertThat(SettlingTable.judge(new Evidence(source, destination, pausedBefore, false)))
        .isEqualTo(expected);
  }

  static Stream<Arguments> table() {
    return Stream.of(
        // libvirt was never called
        row(new NotStarted(), D_UNCLEAR, false, stayed(Row.NotStarted, Reason.MigrationFailed)),
        row(new NotStarted(), RUNNING, null, stayed(Row.NotStarted, Reason.MigrationFailed)),
        // both ran for a time, and the source's runs on
        row(
            MAYBE_RUNNING,
            new StartedEnded(GuestEnd.Stopped, true),
            false,
            order(Row.BothRan, SourceOrder.None, DestinationOrder.Undefine)),
        row(
            JUST_RESUMED,
            new StartedEnded(GuestEnd.Crashed, false),
            false,
            stayed(Row.BothRan, Reason.MigrationFailed)),
        row(
            STAYED,
            new StartedEnded(GuestEnd.Crashed, false),
            false,
            stayed(Row.BothRan, Reason.MigrationFailed)),
        // the source is gone
        row(MIGRATED, COMPLETE, true, new Verdict.Moved(Row.MovedAndLeftPaused, true)),
        row(MIGRATED, COMPLETE_UNSURE, true, new Verdict.Moved(Row.MovedAndLeftPaused, true)),
        row(CRASHED_UNSEEN, COMPLETE, true, unknown()),
        row(
            CRASHED_LATER,
            COMPLETE,
            true,
            order(Row.DiscardStaleCopy, SourceOrder.None, DestinationOrder.Destroy)),
        row(CRASHED_LATER, ABSENT, false, ended(Row.EndedDuringMove, Reason.GuestCrashed)),
        row(MIGRATED, COMPLETE, false, unknown()),
        row(MIGRATED, COMPLETE, null, unknown()),
        row(MIGRATED, RUNNING, false, new Verdict.Moved(Row.Moved, false)),
        row(CRASHED, RUNNING, false, new Verdict.Moved(Row.Moved, false)),
        row(
            MIGRATED_LEFTOVER,
            RUNNING,
            false,
            order(Row.LeftoverDefinition, SourceOrder.Undefine, DestinationOrder.None)),
        row(STOPPED, ABSENT, false, ended(Row.EndedDuringMove, Reason.GuestStopped)),
        row(CRASHED, ABSENT, false, ended(Row.EndedDuringMove, Reason.GuestCrashed)),
        row(
            STOPPED,
            DEFINED,
            false,
            order(Row.LeftoverAtDestination, SourceOrder.None, DestinationOrder.Undefine)),
        row(CRASHED, DEFINED, false, unknown()),
        row(MIGRATED, ABSENT, false, ended(Row.Nowhere, Reason.GuestStopped)),
        row(MIGRATED, DEFINED, false, ended(Row.EndedBeforeResume, Reason.GuestStopped)),
        row(
            MIGRATED,
            new NeverStarted(GuestEnd.Crashed),
            false,
            ended(Row.EndedBeforeResume, Reason.GuestCrashed)),
        row(MIGRATED_LEFTOVER, DEFINED, false, unknown()),
        row(
            MIGRATED,
            new StartedEnded(GuestEnd.Stopped, true),
            false,
            ended(Row.EndedAfterMove, Reason.GuestStopped)),
        row(
            MIGRATED,
            new StartedEnded(GuestEnd.Crashed, false),
            false,
            ended(Row.EndedAfterMove, Reason.GuestCrashed)),
        row(
            MIGRATED_LEFTOVER,
            new StartedEnded(GuestEnd.Stopped, true),
            false,
            order(Row.LeftoverDefinition, SourceOrder.Undefine, DestinationOrder.None)),
        row(
            MIGRATED_LEFTOVER,
            new StartedEnded(GuestEnd.Stopped, false),
            false,
            ended(Row.EndedAfterMove, Reason.GuestStopped)),
        row(
            MIGRATED,
            D_SILENT,
            false,
            waits(Row.DestinationUnverified, Reason.DestinationUnverified)),
        row(MIGRATED, new StartedPaused(null), false, unknown()),
        row(MIGRATED, PAUSED_SINCE, false, new Verdict.Moved(Row.MovedAndPausedSince, true)),
        row(
            MIGRATED_LEFTOVER,
            PAUSED_SINCE,
            false,
            order(Row.LeftoverDefinition, SourceOrder.Undefine, DestinationOrder.None)),
        row(MIGRATED, ABSENT_UNPROVED, false, ended(Row.Nowhere, Reason.GuestStopped)),
        row(STOPPED, ABSENT_UNPROVED, false, ended(Row.Nowhere, Reason.GuestStopped)),
        row(MIGRATED, INACTIVE, false, ended(Row.Nowhere, Reason.GuestCrashed)),
        row(MIGRATED_LEFTOVER, INACTIVE, false, unknown()),
        row(MAYBE_PAUSED, INACTIVE, false, unknown()),
        row(
            STAYED,
            INACTIVE,
            false,
            order(Row.DiscardDefinition, SourceOrder.None, DestinationOrder.Undefine)),
        row(
            MAYBE_RUNNING,
            INACTIVE,
            false,
            order(Row.DiscardDefinition, SourceOrder.None, DestinationOrder.Undefine)),
        row(MIGRATED, INCOMING, false, unknown()),
        row(MIGRATED, D_UNCLEAR, false, unknown()),
        // the source never stopped
        row(STAYED, ABSENT, false, stayed(Row.Untouched, Reason.MigrationFailed)),
        row(
            STAYED,
            DEFINED,
            false,
            order(Row.DiscardDefinition, SourceOrder.None, DestinationOrder.Undefine)),
        row(STAYED, D_SILENT, false, stayed(Row.DestinationLost, Reason.DestinationLost)),
        row(STAYED, RUNNING, false, waits(Row.SplitBrain, Reason.SplitBrain)),
        row(STAYED, ABSENT_UNPROVED, false, stayed(Row.Untouched, Reason.MigrationFailed)),
        row(STAYED, PAUSED_SINCE, false, unknown()),
        row(STAYED, INCOMING, false, unknown()),
        row(STAYED, D_UNCLEAR, false, unknown()),
        row(
            new NeverStopped(true),
            COMPLETE,
            true,
            order(Row.DiscardPausedCopy, SourceOrder.None, DestinationOrder.Destroy)),
        row(new NeverStopped(true), COMPLETE_UNSURE, true, unknown()),
        row(new NeverStopped(true), INACTIVE, true, unknown()),
        row(new NeverStopped(true), RUNNING, true, unknown()),
        // the source may have handed over, and runs
        row(MAYBE_RUNNING, RUNNING, false, waits(Row.SplitBrain, Reason.SplitBrain)),
        row(
            JUST_RESUMED,
            RUNNING,
            false,
            order(Row.SourceJustResumed, SourceOrder.Destroy, DestinationOrder.None)),
        row(JUST_RESUMED, ABSENT, false, stayed(Row.RunsOnAtSource, Reason.MigrationFailed)),
        row(JUST_RESUMED, D_SILENT, false, unknown()),
        row(MAYBE_RUNNING, INCOMING, false, waits(Row.FinishQueued, Reason.OutcomeUnknown)),
        row(MAYBE_RUNNING, ABSENT, false, stayed(Row.RunsOnAtSource, Reason.MigrationFailed)),
        row(
            MAYBE_RUNNING,
            DEFINED,
            false,
            order(Row.DiscardDefinition, SourceOrder.None, DestinationOrder.Undefine)),
        row(
            MAYBE_RUNNING,
            ABSENT_UNPROVED,
            false,
            stayed(Row.RunsOnUnproved, Reason.MigrationFailed)),
        row(MAYBE_RUNNING, D_SILENT, false, unknown()),
        row(MAYBE_RUNNING, D_UNCLEAR, false, unknown()),
        row(MAYBE_RUNNING, COMPLETE, false, unknown()),
        // the source may have handed over, and stands still
        row(
            MAYBE_PAUSED,
            RUNNING,
            false,
            order(Row.SourceSuperseded, SourceOrder.Destroy, DestinationOrder.None)),
        row(
            MAYBE_PAUSED,
            COMPLETE,
            true,
            order(Row.DiscardPausedCopy, SourceOrder.None, DestinationOrder.Destroy)),
        row(
            MAYBE_PAUSED,
            ABSENT,
            false,
            order(Row.ResumeSource, SourceOrder.Resume, DestinationOrder.None)),
        row(
            MAYBE_PAUSED,
            DEFINED,
            false,
            order(Row.ResumeSource, SourceOrder.Resume, DestinationOrder.Undefine)),
        row(MAYBE_PAUSED, ABSENT, true, stayed(Row.StaysPausedAtSource, Reason.MigrationFailed)),
        row(MAYBE_IO_ERROR, ABSENT, true, stayed(Row.StaysPausedAtSource, Reason.MigrationFailed)),
        row(MAYBE_IO_ERROR, ABSENT, false, unknown()),
        row(
            PAUSED_TO_FINISH,
            ABSENT,
            false,
            order(Row.ResumeSource, SourceOrder.Resume, DestinationOrder.None)),
        row(PAUSED_TO_FINISH, ABSENT_UNPROVED, false, unknown()),
        row(PAUSED_TO_FINISH, D_SILENT, false, unknown()),
        row(MAYBE_PAUSED, ABSENT, null, unknown()),
        row(MAYBE_PAUSED, D_SILENT, false, unknown()),
        row(MAYBE_PAUSED, D_UNCLEAR, false, unknown()),
        row(MAYBE_PAUSED, PAUSED_SINCE, false, unknown()),
        row(MAYBE_PAUSED, ABSENT_UNPROVED, false, unknown()),
        row(MAYBE_PAUSED, ABSENT_UNPROVED, true, unknown()),
        // the source's host is silent
        row(S_SILENT, RUNNING, false, waits(Row.SourceUnverified, Reason.SourceUnverified)),
        row(S_SILENT, INCOMING, false, waits(Row.SourceSilent, Reason.SourceUnverified)),
        row(S_SILENT, COMPLETE, true, waits(Row.SourceSilent, Reason.SourceUnverified)),
        row(S_SILENT, ABSENT, false, unknown()),
        row(S_SILENT, ABSENT_UNPROVED, false, unknown()),
        row(new Fenced(false), ABSENT_UNPROVED, false, unknown()),
        row(S_SILENT, D_SILENT, false, unknown()),
        row(new Fenced(false), RUNNING, false, new Verdict.Moved(Row.SourceFenced, false)),
        row(new Fenced(false), ABSENT, false, unknown()),
        row(new Fenced(false), COMPLETE, true, new Verdict.Moved(Row.SourceFenced, true)),
        row(new Fenced(false), COMPLETE, false, unknown()),
        row(new Fenced(true), RUNNING, false, new Verdict.Moved(Row.SourceFenced, false)),
        row(new Fenced(true), ABSENT, false, ended(Row.EndedDuringMove, Reason.GuestCrashed)),
        row(new Fenced(true), DEFINED, false, unknown()),
        row(
            new Fenced(true),
            COMPLETE,
            true,
            order(Row.DiscardStaleCopy, SourceOrder.None, DestinationOrder.Destroy)),
        row(S_UNCLEAR, RUNNING, false, unknown()),
        row(S_UNCLEAR, ABSENT, false, unknown()));
  }

  @ParameterizedTest(name = "Strict: {0} | {1}, paused before: {2} -> {3}")
  @MethodSource("strictTable")
  void settlesWhereTheDestinationWaitsToBeResumed(
      SourceEvidence source,
      DestinationEvidence destination,
      Boolean pausedBefore,
      Verdict expected) {
    assertThat(SettlingTable.judge(new Evidence(source, destination, pausedBefore, true)))
        .isEqualTo(expected);
  }

  static Stream<Arguments> strictTable() {
    var resume = order(Row.ResumeDestination, SourceOrder.None, DestinationOrder.Resume);
    var discard = order(Row.DiscardStaleCopy, SourceOrder.None, DestinationOrder.Destroy);
    var leftover = order(Row.LeftoverDefinition, SourceOrder.Undefine, DestinationOrder.None);
    return Stream.of(
        row(MIGRATED, COMPLETE, false, resume),
        row(MIGRATED, COMPLETE_UNSURE, false, resume),
        row(MIGRATED_LEFTOVER, COMPLETE, false, resume),
        row(CRASHED, COMPLETE, false, resume),
        row(CRASHED_LATER, COMPLETE, false, discard),
        row(CRASHED_LATER, COMPLETE_UNSURE, false, unknown()),
        row(CRASHED_LATER, RUNNING, false, leftover),
        row(CRASHED_UNSEEN, COMPLETE, false, unknown()),
        row(new Fenced(true), COMPLETE, false, discard),
        row(new Fenced(true), COMPLETE_UNSURE, false, unknown()),
        row(MIGRATED, COMPLETE, true, new Verdict.Moved(Row.MovedAndLeftPaused, true)),
        row(MIGRATED, COMPLETE, null, unknown()),
        row(MIGRATED, INCOMING, false, unknown()),
        row(MIGRATED, RUNNING, false, new Verdict.Moved(Row.Moved, false)),
        row(new Fenced(false), COMPLETE, false, resume),
        row(new Fenced(false), COMPLETE, true, new Verdict.Moved(Row.SourceFenced, true)),
        row(new Fenced(false), INCOMING, false, unknown()),
        row(S_SILENT, COMPLETE, false, waits(Row.SourceSilent, Reason.SourceUnverified)),
        row(
            MAYBE_RUNNING,
            COMPLETE,
            false,
            order(Row.DiscardWaitingCopy, SourceOrder.None, DestinationOrder.Destroy)),
        row(
            JUST_RESUMED,
            COMPLETE,
            false,
            order(Row.DiscardWaitingCopy, SourceOrder.None, DestinationOrder.Destroy)),
        row(MAYBE_RUNNING, COMPLETE_UNSURE, false, unknown()),
        row(MAYBE_RUNNING, COMPLETE, null, unknown()),
        row(MAYBE_RUNNING, INCOMING, false, waits(Row.FinishQueued, Reason.OutcomeUnknown)),
        row(
            MAYBE_PAUSED,
            COMPLETE,
            false,
            order(Row.SourceYields, SourceOrder.Destroy, DestinationOrder.None)),
        row(MAYBE_PAUSED, COMPLETE_UNSURE, false, unknown()),
        row(PAUSED_TO_FINISH, COMPLETE, false, unknown()),
        row(MAYBE_IO_ERROR, COMPLETE, false, unknown()),
        row(
            MAYBE_PAUSED,
            COMPLETE,
            true,
            order(Row.DiscardPausedCopy, SourceOrder.None, DestinationOrder.Destroy)),
        row(
            MAYBE_PAUSED,
            ABSENT,
            false,
            order(Row.ResumeSource, SourceOrder.Resume, DestinationOrder.None)),
        row(STAYED, COMPLETE, false, unknown()));
  }

  private static SourceEvidence gone(GuestEnd end, boolean defined) {
    return new Gone(end, defined, SinceSwitchover.StoodStill);
  }

  private static Arguments row(
      SourceEvidence source,
      DestinationEvidence destination,
      Boolean pausedBefore,
      Verdict expected) {
    return arguments(source, destination, pausedBefore, expected);
  }

  private static Verdict stayed(Row row, Reason reason) {
    return new Verdict.Stayed(row, reason);
  }

  private static Verdict ended(Row row, Reason reason) {
    return new Verdict.Ended(row, reason);
  }

  private static Verdict waits(Row row, Reason reason) {
    return new Verdict.Waits(row, reason);
  }

  private static Verdict unknown() {
    return waits(Row.OutcomeUnknown, Reason.OutcomeUnknown);
  }

  private static Verdict order(Row row, SourceOrder source, DestinationOrder destination) {
    return new Verdict.Ordered(row, source, destination);
  }
}
