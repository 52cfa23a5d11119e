package dev.ferryman.operator.decide.settle;

import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.operator.decide.settle.DestinationEvidence.LastDefinition;
import dev.ferryman.operator.decide.settle.DestinationEvidence.Running;
import dev.ferryman.operator.decide.settle.DestinationEvidence.RunningInPostCopy;
import dev.ferryman.operator.decide.settle.DestinationEvidence.StartedEnded;
import dev.ferryman.operator.decide.settle.SourceEvidence.Fenced;
import dev.ferryman.operator.decide.settle.SourceEvidence.Gone;
import dev.ferryman.operator.decide.settle.SourceEvidence.GuestEnd;
import dev.ferryman.operator.decide.settle.SourceEvidence.MayHaveSwitched;
import dev.ferryman.operator.decide.settle.SourceEvidence.NeverStopped;
import dev.ferryman.operator.decide.settle.SourceEvidence.Standing;
import java.util.Optional;

/**
 * The settling table's rows of a guest in post-copy, that runs at the destination while a part of
 * its memory is at the source: each host has a half, and either is worthless without the other. So
 * the source's is never resumed, and neither is destroyed while the other may still need it. Only
 * two proofs end the source's half: that the destination has the whole guest, or that its half has
 * ended, after which what is left at the source can never run.
 */
final class PostCopyTable {
  private PostCopyTable() {}

  /** The verdict on that evidence; empty where nothing of it is of post-copy. */
  static Optional<Verdict> judge(Evidence evidence) {
    var source = evidence.source();
    var destination = evidence.destination();
    if (source instanceof MayHaveSwitched maybe && maybe.standing().isHalf()) {
      return Optional.of(halfAtSource(maybe.standing() == Standing.PostCopyFailed, destination));
    }
    if (source instanceof Gone gone
        && gone.end() == GuestEnd.InPostCopy
        && !(destination instanceof Running)) {
      return Optional.of(lost(gone, destination));
    }
    return destination instanceof RunningInPostCopy
        ? Optional.of(halfAtDestination(source))
        : Optional.empty();
  }

  private static Verdict halfAtSource(boolean failed, DestinationEvidence destination) {
    if (destination instanceof RunningInPostCopy half) {
      // That libvirt has lost sight of the stream on one side does not mean that it has broken.
      return failed && half.failed()
          ? SettlingTable.order(
              Row.PostCopyBroken, SourceOrder.ResumePostCopy, DestinationOrder.None)
          : new Verdict.GoesOn(Row.InPostCopy);
    }
    if (destination instanceof Running) {
      // It ends by itself, unless the word that all has been fetched was lost on its way.
      return failed
          ? SettlingTable.order(Row.PostCopyDone, SourceOrder.DestroyRemains, DestinationOrder.None)
          : new Verdict.GoesOn(Row.InPostCopy);
    }
    if (destination instanceof StartedEnded) {
      return SettlingTable.order(
          Row.DiscardRemains, SourceOrder.DestroyRemains, DestinationOrder.None);
    }
    return destination instanceof DestinationEvidence.Silent
        ? new Verdict.Waits(Row.HalfAtSilentDestination, Reason.DestinationUnverified)
        : SettlingTable.unknown();
  }

  private static Verdict halfAtDestination(SourceEvidence source) {
    if (source instanceof Gone gone) {
      return isCutOff(gone)
          ? SettlingTable.order(Row.LookForRest, SourceOrder.None, DestinationOrder.None)
          : new Verdict.Waits(Row.PostCopyEnding, Reason.OutcomeUnknown);
    }
    if (source instanceof Fenced fenced && !fenced.wentOn()) {
      return new Verdict.Ended(Row.GuestLost, Reason.GuestLost);
    }
    if (source instanceof SourceEvidence.Silent) {
      return new Verdict.Waits(Row.HalfAtSilentSource, Reason.SourceUnverified);
    }
    return runs(source)
        ? new Verdict.Waits(Row.SplitBrain, Reason.SplitBrain)
        : SettlingTable.unknown();
  }

  /**
   * Whether the source's copy has ended otherwise than by having been fetched; of one that has left
   * no definition nothing tells how it ended. That the destination's libvirt does not hold the
   * stream for broken says nothing: its QEMU may wait for what will never come, and not answer it.
   */
  private static boolean isCutOff(Gone gone) {
    return gone.end() == GuestEnd.Crashed || (gone.end() == GuestEnd.Stopped && gone.defined());
  }

  private static boolean runs(SourceEvidence source) {
    return (source instanceof NeverStopped stayed && !stayed.paused())
        || (source instanceof MayHaveSwitched maybe && maybe.standing() == Standing.Running);
  }

  /** What still runs at the destination is left for a person to look at, and to end. */
  private static Verdict lost(Gone gone, DestinationEvidence destination) {
    var ended = destination instanceof StartedEnded e ? e : null;
    var definedThere =
        destination instanceof RunningInPostCopy
            || destination instanceof LastDefinition
            || (ended != null && ended.defined());
    if (gone.defined() && definedThere) {
      return SettlingTable.order(Row.LostLeftover, SourceOrder.Undefine, DestinationOrder.None);
    }
    return ended != null && ended.end() != GuestEnd.InPostCopy
        ? new Verdict.Ended(Row.EndedAfterMove, SettlingTable.reason(ended.end()))
        : new Verdict.Ended(Row.GuestLost, Reason.GuestLost);
  }
}
