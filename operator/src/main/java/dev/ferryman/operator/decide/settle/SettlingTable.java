package dev.ferryman.operator.decide.settle;

import static dev.ferryman.operator.decide.settle.SourceEvidence.Standing.PausedByMigration;
import static dev.ferryman.operator.decide.settle.SourceEvidence.Standing.PausedToFinish;
import static dev.ferryman.operator.decide.settle.SourceEvidence.Standing.Running;

import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.operator.decide.settle.DestinationEvidence.AbsentUnproved;
import dev.ferryman.operator.decide.settle.DestinationEvidence.CompletePaused;
import dev.ferryman.operator.decide.settle.DestinationEvidence.InactiveUnproved;
import dev.ferryman.operator.decide.settle.DestinationEvidence.IncomingPaused;
import dev.ferryman.operator.decide.settle.DestinationEvidence.LastDefinition;
import dev.ferryman.operator.decide.settle.DestinationEvidence.NeverStarted;
import dev.ferryman.operator.decide.settle.DestinationEvidence.StartedEnded;
import dev.ferryman.operator.decide.settle.DestinationEvidence.StartedPaused;
import dev.ferryman.operator.decide.settle.SourceEvidence.Fenced;
import dev.ferryman.operator.decide.settle.SourceEvidence.Gone;
import dev.ferryman.operator.decide.settle.SourceEvidence.GuestEnd;
import dev.ferryman.operator.decide.settle.SourceEvidence.MayHaveSwitched;
import dev.ferryman.operator.decide.settle.SourceEvidence.NeverStopped;
import dev.ferryman.operator.decide.settle.SourceEvidence.NotStarted;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settles a move by the evidence of both hosts: one place, total, pure. The first matching row
 * wins; a pair that is not listed waits. A copy is discarded only where the other is proved to hold
 * the guest, and none is resumed unless the other is proved gone, or never to have run.
 */
public final class SettlingTable {
  private SettlingTable() {}

  /** The verdict on that evidence. */
  public static Verdict judge(Evidence evidence) {
    var source = evidence.source();
    if (source instanceof NotStarted) {
      return new Verdict.Stayed(Row.NotStarted, Reason.MigrationFailed);
    }
    return PostCopyTable.judge(evidence).orElseGet(() -> whole(evidence));
  }

  /** Where neither host holds a part of the guest only. */
  private static Verdict whole(Evidence evidence) {
    var source = evidence.source();
    if (source instanceof Gone gone) {
      return gone(gone, evidence);
    }
    if (source instanceof NeverStopped stayed) {
      return neverStopped(stayed, evidence);
    }
    if (source instanceof MayHaveSwitched maybe) {
      return mayHaveSwitched(maybe, evidence);
    }
    if (source instanceof Fenced fenced) {
      return fenced(fenced, evidence);
    }
    return source instanceof SourceEvidence.Silent ? sourceSilent(evidence) : unknown();
  }

  private static Verdict fenced(Fenced fenced, Evidence evidence) {
    var destination = evidence.destination();
    if (destination instanceof DestinationEvidence.Running) {
      return new Verdict.Moved(Row.SourceFenced, false);
    }
    if (fenced.wentOn()) {
      return destination instanceof NeverStarted never && !never.defined()
          ? new Verdict.Ended(Row.EndedDuringMove, Reason.GuestCrashed)
          : discardStale(destination);
    }
    if (destination instanceof CompletePaused && isTrue(evidence.pausedBefore())) {
      return new Verdict.Moved(Row.SourceFenced, true);
    }
    return waitsForResume(evidence)
        ? order(Row.ResumeDestination, SourceOrder.None, DestinationOrder.Resume)
        : unknown();
  }

  /**
   * A copy that holds the whole guest and that libvirt does not start: it goes on as soon as the
   * source's is proved gone. It may have been asked to before, without an answer: then once more.
   */
  private static boolean waitsForResume(Evidence evidence) {
    return evidence.strict()
        && Boolean.FALSE.equals(evidence.pausedBefore())
        && evidence.destination() instanceof CompletePaused;
  }

  /** The same, proved never to have run. */
  private static boolean waitsUnstarted(Evidence evidence) {
    return waitsForResume(evidence)
        && evidence.destination() instanceof CompletePaused complete
        && complete.neverRan();
  }

  private static Verdict gone(Gone gone, Evidence evidence) {
    var destination = evidence.destination();
    if (destination instanceof DestinationEvidence.Running) {
      return handedOver(gone, new Verdict.Moved(Row.Moved, false));
    }
    if (waitsForResume(evidence) || isHeldPaused(evidence)) {
      return wholeCopy(gone, evidence);
    }
    if (destination instanceof StartedPaused paused && paused.since() != null) {
      return handedOver(gone, new Verdict.Moved(Row.MovedAndPausedSince, true));
    }
    if (destination instanceof StartedEnded ended) {
      var verdict = new Verdict.Ended(Row.EndedAfterMove, reason(ended.end()));
      // The last definition of an instance is never removed.
      return ended.defined() ? handedOver(gone, verdict) : verdict;
    }
    if (destination instanceof NeverStarted never && gone.end() != GuestEnd.Migrated) {
      if (!never.defined()) {
        return new Verdict.Ended(Row.EndedDuringMove, reason(gone.end()));
      }
      return gone.defined()
          ? order(Row.LeftoverAtDestination, SourceOrder.None, DestinationOrder.Undefine)
          : unknown();
    }
    if (destination instanceof NeverStarted never && never.left() != null && !gone.defined()) {
      // Its definition is the last one of the instance, and is kept.
      return new Verdict.Ended(Row.EndedBeforeResume, reason(never.left()));
    }
    if (destination instanceof DestinationEvidence.Silent) {
      return new Verdict.Waits(Row.DestinationUnverified, Reason.DestinationUnverified);
    }
    if (destination instanceof LastDefinition last) {
      var row = gone.end() == GuestEnd.Migrated ? Row.EndedAfterMove : Row.EndedSincePostCopy;
      return gone.defined()
          ? order(Row.LeftoverOfPostCopy, SourceOrder.Undefine, DestinationOrder.None)
          : new Verdict.Ended(row, reason(last.end()));
    }
    return nowhere(gone, destination).orElseGet(SettlingTable::unknown);
  }

  /**
   * The destination's copy is the guest only if the source's has not run since the switch-over:
   * resumed in place of a later one, it would write over what that one wrote.
   */
  private static Verdict wholeCopy(Gone gone, Evidence evidence) {
    return switch (gone.since()) {
      case StoodStill ->
          isHeldPaused(evidence)
              ? handedOver(gone, new Verdict.Moved(Row.MovedAndLeftPaused, true))
              : order(Row.ResumeDestination, SourceOrder.None, DestinationOrder.Resume);
      case WentOn -> discardStale(evidence.destination());
      case Unknown -> unknown();
    };
  }

  private static Verdict discardStale(DestinationEvidence destination) {
    return destination instanceof CompletePaused complete && complete.neverRan()
        ? order(Row.DiscardStaleCopy, SourceOrder.None, DestinationOrder.Destroy)
        : unknown();
  }

  private static boolean isHeldPaused(Evidence evidence) {
    return isTrue(evidence.pausedBefore()) && evidence.destination() instanceof CompletePaused;
  }

  /**
   * Nothing runs, and nothing is left that could be resumed: whichever copy ran last has ended, or
   * a person has removed it. Which of two definitions is the last one's is not guessed.
   */
  private static Optional<Verdict> nowhere(Gone gone, DestinationEvidence destination) {
    if (destination instanceof AbsentUnproved
        || (destination instanceof NeverStarted never && !never.defined())) {
      return Optional.of(new Verdict.Ended(Row.Nowhere, reason(gone.end())));
    }
    return destination instanceof InactiveUnproved inactive && !gone.defined()
        ? Optional.of(new Verdict.Ended(Row.Nowhere, reason(inactive.end())))
        : Optional.empty();
  }

  /** The guest is the destination's; a definition at the source would only be in the way. */
  private static Verdict handedOver(Gone gone, Verdict verdict) {
    return gone.defined()
        ? order(Row.LeftoverDefinition, SourceOrder.Undefine, DestinationOrder.None)
        : verdict;
  }

  private static Verdict neverStopped(NeverStopped stayed, Evidence evidence) {
    var destination = evidence.destination();
    if (destination instanceof NeverStarted never) {
      return stayed(Row.Untouched, never);
    }
    if (destination instanceof AbsentUnproved) {
      return new Verdict.Stayed(Row.Untouched, Reason.MigrationFailed);
    }
    if (destination instanceof InactiveUnproved && !stayed.paused()) {
      return order(Row.DiscardDefinition, SourceOrder.None, DestinationOrder.Undefine);
    }
    if (destination instanceof DestinationEvidence.Silent) {
      return new Verdict.Stayed(Row.DestinationLost, Reason.DestinationLost);
    }
    if (isDiscardable(evidence)) {
      return order(Row.DiscardPausedCopy, SourceOrder.None, DestinationOrder.Destroy);
    }
    if (destination instanceof StartedEnded ended && !stayed.paused()) {
      return bothRan(ended);
    }
    if (destination instanceof DestinationEvidence.Running && !stayed.paused()) {
      return new Verdict.Waits(Row.SplitBrain, Reason.SplitBrain);
    }
    return unknown();
  }

  private static Verdict mayHaveSwitched(MayHaveSwitched maybe, Evidence evidence) {
    var destination = evidence.destination();
    if (isDiscardable(evidence)) {
      return order(Row.DiscardPausedCopy, SourceOrder.None, DestinationOrder.Destroy);
    }
    return maybe.standing() == Running
        ? runsAtSource(maybe, destination, evidence)
        : pausedAtSource(maybe, destination, evidence);
  }

  private static Verdict runsAtSource(
      MayHaveSwitched maybe, DestinationEvidence destination, Evidence evidence) {
    if (destination instanceof DestinationEvidence.Running) {
      return maybe.justResumed()
          ? order(Row.SourceJustResumed, SourceOrder.Destroy, DestinationOrder.None)
          : new Verdict.Waits(Row.SplitBrain, Reason.SplitBrain);
    }
    if (waitsUnstarted(evidence)) {
      return order(Row.DiscardWaitingCopy, SourceOrder.None, DestinationOrder.Destroy);
    }
    if (destination instanceof IncomingPaused) {
      return new Verdict.Waits(Row.FinishQueued, Reason.OutcomeUnknown);
    }
    if (destination instanceof StartedEnded ended) {
      return bothRan(ended);
    }
    // Whatever a copy did that is not active any more: the guest is the one that runs.
    if (destination instanceof AbsentUnproved) {
      return new Verdict.Stayed(Row.RunsOnUnproved, Reason.MigrationFailed);
    }
    if (destination instanceof InactiveUnproved) {
      return order(Row.DiscardDefinition, SourceOrder.None, DestinationOrder.Undefine);
    }
    return destination instanceof NeverStarted never
        ? stayed(Row.RunsOnAtSource, never)
        : unknown();
  }

  /** Nothing is left to choose between: what runs is the guest. */
  private static Verdict bothRan(StartedEnded ended) {
    return ended.defined()
        ? order(Row.BothRan, SourceOrder.None, DestinationOrder.Undefine)
        : new Verdict.Stayed(Row.BothRan, Reason.MigrationFailed);
  }

  private static Verdict pausedAtSource(
      MayHaveSwitched maybe, DestinationEvidence destination, Evidence evidence) {
    if (destination instanceof DestinationEvidence.Running) {
      return order(Row.SourceSuperseded, SourceOrder.Destroy, DestinationOrder.None);
    }
    if (waitsUnstarted(evidence) && maybe.standing() == PausedByMigration) {
      return order(Row.SourceYields, SourceOrder.Destroy, DestinationOrder.None);
    }
    if (destination instanceof NeverStarted never) {
      if (isTrue(evidence.pausedBefore())) {
        return stayed(Row.StaysPausedAtSource, never);
      }
      if (Boolean.FALSE.equals(evidence.pausedBefore())
          && (maybe.standing() == PausedByMigration || maybe.standing() == PausedToFinish)) {
        return order(
            Row.ResumeSource,
            SourceOrder.Resume,
            never.defined() ? DestinationOrder.Undefine : DestinationOrder.None);
      }
    }
    return unknown();
  }

  private static Verdict sourceSilent(Evidence evidence) {
    var destination = evidence.destination();
    if (destination instanceof DestinationEvidence.Running) {
      return new Verdict.Waits(Row.SourceUnverified, Reason.SourceUnverified);
    }
    return destination instanceof IncomingPaused || destination instanceof CompletePaused
        ? new Verdict.Waits(Row.SourceSilent, Reason.SourceUnverified)
        : unknown();
  }

  private static Verdict stayed(Row row, NeverStarted never) {
    return never.defined()
        ? order(Row.DiscardDefinition, SourceOrder.None, DestinationOrder.Undefine)
        : new Verdict.Stayed(row, Reason.MigrationFailed);
  }

  /** A copy of a guest that was paused before, proved never to have run, beside the original. */
  private static boolean isDiscardable(Evidence evidence) {
    return isTrue(evidence.pausedBefore())
        && evidence.destination() instanceof CompletePaused complete
        && complete.neverRan();
  }

  static Verdict order(Row row, SourceOrder source, DestinationOrder destination) {
    return new Verdict.Ordered(row, source, destination);
  }

  static Verdict unknown() {
    return new Verdict.Waits(Row.OutcomeUnknown, Reason.OutcomeUnknown);
  }

  static Reason reason(GuestEnd end) {
    return switch (end) {
      case Crashed -> Reason.GuestCrashed;
      case InPostCopy -> Reason.GuestLost;
      case Migrated, Stopped -> Reason.GuestStopped;
    };
  }

  private static boolean isTrue(@Nullable Boolean flag) {
    return Boolean.TRUE.equals(flag);
  }
}
