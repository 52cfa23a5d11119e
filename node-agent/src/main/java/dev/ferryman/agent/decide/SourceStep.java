package dev.ferryman.agent.decide;

import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/** What the source's agent does next for an attempt. */
public enum SourceStep {
  /** Nothing until something changes. */
  Wait,
  /** Read the domain, publish its needs, put markers down. */
  BeginChecking,
  /** Say whether the instance can go. */
  FinishChecking,
  /** Take the markers away: the destination has looked for them. */
  RemoveMarkers,
  /** Answer that this host knows the attempt already. */
  RefuseSecondRun,
  /** Journal, announce, and call libvirt. */
  Start,
  /** The announcement may have been accepted: ask the API before anything else. */
  AskWhetherStarted,
  /** Find out what a call that this process did not make, or has lost, has come to. */
  Adopt,
  /** Say at once that this host's copy is gone: the destination waits for that. */
  TellGone,
  /** Ask libvirt to end the job. */
  Abort,
  /** Report what this host's libvirt shows now. */
  ReportEvidence,
  /** Carry out the operator's order. */
  CarryOut,
  /** Remove what is left of the attempt, and say so. */
  CleanUp,
  /** The outcome is settled and nothing is left here: the journal's entry ends. */
  Close;

  /** How much of an attempt this host's journal knows. */
  public enum Known {
    Nothing,
    Checking,
    /** libvirt may have been called. */
    Starting,
    Ended,
    Closed
  }

  /** What of a call this process knows. */
  public enum Call {
    /** Not made by this process. */
    None,
    /** Announced; whether the API has accepted that is not known. */
    Announced,
    /** Under way, made by this process or adopted. */
    UnderWay,
    /** Ended, not reported yet. */
    Ended
  }

  /**
   * What the step depends on.
   *
   * @param cancelled whether the migration is to end: cancel, or the object is being deleted
   * @param state what this host has reported on the attempt; null: nothing
   * @param peer what the destination has reported on the attempt; null: nothing
   * @param ownChecksBegun whether this process has begun the slow checks
   * @param ownChecksDone whether the slow checks have come to an end
   * @param ownChecksFail whether one of this host's checks refuses the migration
   * @param markersDown whether markers are in the shared directories
   * @param goneUntold whether this host's copy is gone under the call, and that is not said yet
   * @param daemonDead whether libvirt's daemon does not run, so that nothing is to be had from it
   * @param abortAccepted whether libvirt has taken a request to end the job
   * @param orderPending whether the operator's settlement has an order that is not carried out
   * @param evidenceChanged whether libvirt reported something since the last report
   */
  @RecordBuilder
  public record View(
      Phase phase,
      boolean cancelled,
      @Nullable SourceState state,
      @Nullable DestinationState peer,
      boolean ownChecksBegun,
      boolean ownChecksDone,
      boolean ownChecksFail,
      boolean markersDown,
      Known known,
      Call call,
      boolean goneUntold,
      boolean daemonDead,
      boolean abortAccepted,
      boolean orderPending,
      boolean evidenceChanged)
      implements SourceStepViewBuilder.With {}

  /** The next step. */
  public static SourceStep next(View view) {
    if (view.call() == Call.Ended) {
      return view.goneUntold() && view.daemonDead() ? TellGone : ReportEvidence;
    }
    if (view.call() == Call.UnderWay) {
      if (view.goneUntold()) {
        return TellGone;
      }
      return view.cancelled() && !view.abortAccepted() ? Abort : Wait;
    }
    if (view.call() == Call.Announced) {
      return AskWhetherStarted;
    }
    if (view.known() == Known.Starting) {
      return Adopt;
    }
    return view.phase().isTerminal() ? whenSettled(view) : whenUnderWay(view);
  }

  private static SourceStep whenSettled(View view) {
    return switch (view.known()) {
      case Nothing, Closed -> Close;
      case Checking, Starting, Ended -> isClean(view.state()) ? Close : CleanUp;
    };
  }

  private static SourceStep whenUnderWay(View view) {
    var ran = view.known() == Known.Ended || view.known() == Known.Closed;
    if (ran && (view.state() == null || isBeforeStart(view.state()))) {
      return RefuseSecondRun;
    }
    if (!ran && (view.state() == SourceState.Starting || view.state() == SourceState.Running)) {
      // A start that this host gave up came through late; or its journal was lost.
      return view.known() == Known.Checking && view.state() == SourceState.Starting
          ? CleanUp
          : Adopt;
    }
    return switch (view.phase()) {
      case Pending, Succeeded, Failed, Cancelled -> Wait;
      case Checking -> whenChecking(view);
      case Preparing -> view.markersDown() ? RemoveMarkers : Wait;
      case Migrating ->
          view.state() == SourceState.Checked
              ? (view.cancelled() ? CleanUp : Start)
              : afterEnd(view);
      case Settling -> ran ? afterEnd(view) : (isClean(view.state()) ? Wait : CleanUp);
    };
  }

  private static SourceStep whenChecking(View view) {
    if (view.state() == null || (view.state() == SourceState.Checking && !view.ownChecksBegun())) {
      return BeginChecking;
    }
    var destinationAnswered = view.peer() != null && view.peer() != DestinationState.Checking;
    if (view.state() == SourceState.Checking
        && view.ownChecksDone()
        // A refusal takes the markers away, so the destination looks first: the user sees every
        // obstacle.
        && (destinationAnswered || !view.ownChecksFail())) {
      return FinishChecking;
    }
    return view.markersDown() && destinationAnswered ? RemoveMarkers : Wait;
  }

  private static SourceStep afterEnd(View view) {
    if (view.known() == Known.Closed) {
      // Settled before, and the API server was put back to when it ran: told again, but nothing of
      // it is done again.
      return hasStarted(view.state()) ? ReportEvidence : Wait;
    }
    if (view.known() != Known.Ended) {
      return Wait;
    }
    if (view.orderPending()) {
      return CarryOut;
    }
    if (view.evidenceChanged() || hasStarted(view.state())) {
      return ReportEvidence;
    }
    return view.state() == SourceState.Ended ? CleanUp : Wait;
  }

  private static boolean hasStarted(@Nullable SourceState state) {
    return state == SourceState.Starting || state == SourceState.Running;
  }

  private static boolean isBeforeStart(SourceState state) {
    return state == SourceState.Checking || state == SourceState.Checked;
  }

  private static boolean isClean(@Nullable SourceState state) {
    return state == SourceState.Refused || state == SourceState.CleanedUp;
  }
}
