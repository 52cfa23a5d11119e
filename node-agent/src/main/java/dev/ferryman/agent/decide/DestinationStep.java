package dev.ferryman.agent.decide;

import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.Phase;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/** What the destination's agent does next for an attempt. */
public enum DestinationStep {
  /** Nothing until something changes. */
  Wait,
  /** Check every need live. */
  Check,
  /** Make what the instance needs before it comes. */
  Prepare,
  /** Answer that this host knows the attempt already. */
  RefuseSecondRun,
  /** Report what this host's libvirt shows now. */
  ReportEvidence,
  /** Let the guest go on here: the source's copy is gone. */
  Resume,
  /** Carry out the operator's order. */
  CarryOut,
  /** Say that nothing is left of the attempt. */
  CleanUp,
  /** The outcome is settled and nothing is left here: the journal's entry ends. */
  Close;

  /**
   * What the step depends on.
   *
   * @param needsKnown whether the source has published what the instance needs
   * @param state what this host has reported on the attempt; null: nothing
   * @param hasToPrepare whether the check has found what has to be made before the instance comes
   * @param sourceOut whether the source has said that it never called libvirt, and never will
   * @param closed whether this host's journal knows the attempt as settled
   * @param sourceEnd sequence at which the source's call had ended; null: not yet
   * @param peerSequence sequence of the source that this host's report stands on; null: none
   * @param resumeDue whether a copy waits here to be resumed and the source's is proved gone
   * @param orderPending whether the operator's settlement has an order that is not carried out
   * @param evidenceChanged whether libvirt reported something since the last report
   */
  @RecordBuilder
  public record View(
      Phase phase,
      boolean needsKnown,
      @Nullable DestinationState state,
      boolean hasToPrepare,
      boolean sourceOut,
      boolean closed,
      @Nullable Long sourceEnd,
      @Nullable Long peerSequence,
      boolean resumeDue,
      boolean orderPending,
      boolean evidenceChanged)
      implements DestinationStepViewBuilder.With {}

  /** The next step. */
  public static DestinationStep next(View view) {
    if (view.phase().isTerminal()) {
      return Close;
    }
    if (view.closed()) {
      // Settled before, and the API server was put back to an earlier time: told again, but nothing
      // of it is done again.
      return view.state() == null ? RefuseSecondRun : isBehind(view) ? ReportEvidence : Wait;
    }
    return switch (view.phase()) {
      case Preparing -> isToPrepare(view) ? Prepare : Wait;
      case Pending, Succeeded, Failed, Cancelled -> Wait;
      case Checking -> view.needsKnown() && view.state() == null ? Check : Wait;
      case Migrating, Settling -> whenMoving(view);
    };
  }

  private static boolean isToPrepare(View view) {
    return view.hasToPrepare()
        && (view.state() == DestinationState.Checked || view.state() == DestinationState.Preparing);
  }

  private static DestinationStep whenMoving(View view) {
    if (view.resumeDue()) {
      return Resume;
    }
    if (view.orderPending()) {
      return CarryOut;
    }
    if (isBehind(view) || view.evidenceChanged()) {
      return ReportEvidence;
    }
    var clean =
        view.state() == DestinationState.Refused || view.state() == DestinationState.CleanedUp;
    var over =
        view.phase() == Phase.Settling
            || (view.sourceOut() && view.state() == DestinationState.Prepared);
    return over && view.sourceEnd() == null && !clean ? CleanUp : Wait;
  }

  /** The source's call has ended, and what this host has said is from before that. */
  private static boolean isBehind(View view) {
    var end = view.sourceEnd();
    var peer = view.peerSequence();
    return end != null && (peer == null || peer < end);
  }
}
