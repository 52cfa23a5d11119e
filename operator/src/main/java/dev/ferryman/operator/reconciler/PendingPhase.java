package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.Reason;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.admission.Admission;

/** Judges the order, and lets it begin when its turn has come and both hosts have room. */
final class PendingPhase implements PhaseHandler {
  private final int slotsPerHost;

  PendingPhase(int slotsPerHost) {
    this.slotsPerHost = slotsPerHost;
  }

  @Override
  public Outcome handle(Migration migration, Observation seen) {
    if (migration.isCancelRequested()) {
      return Outcome.Finish.failed(
          Reason.Cancelled,
          migration.attemptUID() == null
              ? "cancelled before it began"
              : "cancelled before another host was tried",
          null);
    }
    var inventory = seen.inventory();
    var admission =
        Admission.judge(
            new Admission.Question(
                migration, inventory, seen.moves(), seen.instanceNames(), slotsPerHost));
    if (admission instanceof Admission.Waiting waiting) {
      // A corrected inventory changes with time alone, without any event.
      var until = inventory.isCorrected() ? seen.now().plusSeconds(5) : null;
      return new Outcome.Report(
          waiting.reason(), waiting.message(), waiting.message(), null, until);
    }
    if (admission instanceof Admission.Refused refused) {
      return Outcome.Finish.failed(refused.reason(), refused.message(), refused.checks());
    }
    if (admission instanceof Admission.AlreadyThere there) {
      return Outcome.Finish.succeeded(
          Reason.AlreadyThere, there.message(), there.instanceUID(), null);
    }
    return new Outcome.Begin((Admission.Admitted) admission);
  }
}
