package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.FailedAttempt;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Result;
import dev.ferryman.crds.livemigration.Settlement;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import dev.ferryman.operator.decide.admission.Admission;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a phase makes of an observation; it alone decides what is written and when to look again.
 */
public sealed interface Outcome {

  /** Nothing to write; look again at {@code until}, or only when something happens. */
  record Await(@Nullable Instant until) implements Outcome {
    static final Await NEWS = new Await(null);
  }

  /**
   * The phase goes on, but a user should know something new of it.
   *
   * @param doing what is going on; the reason and message say why it is not over
   * @param asks what a person is asked to do, if it goes on only then; null: nobody has to act
   */
  record Report(
      Reason reason, String message, String doing, @Nullable String asks, @Nullable Instant until)
      implements Outcome {}

  /** The move begins: hosts and attempt are fixed. */
  record Begin(Admission.Admitted admitted) implements Outcome {}

  /** The next phase, which is not the last; {@code checks} only where they are new. */
  record Enter(Phase phase, Reason reason, String message, @Nullable List<Check> checks)
      implements Outcome {}

  /** The source may let libvirt begin. */
  record Launch(SwitchoverMode switchover, String message, List<Check> checks) implements Outcome {}

  /** Agents get orders. */
  record Order(Settlement settlement, String message) implements Outcome {}

  /** The attempt has failed, and another host is looked for. */
  record Again(FailedAttempt failed) implements Outcome {}

  /** The end; null parts stay as they are. */
  record Finish(
      Phase phase,
      Reason reason,
      String message,
      @Nullable String instanceUID,
      @Nullable List<Check> checks,
      @Nullable Result result)
      implements Outcome {
    static Finish failed(Reason reason, String message, @Nullable List<Check> checks) {
      var phase = reason == Reason.Cancelled ? Phase.Cancelled : Phase.Failed;
      return new Finish(phase, reason, message, null, checks, null);
    }

    static Finish succeeded(
        Reason reason, String message, @Nullable String instanceUID, @Nullable Result result) {
      return new Finish(Phase.Succeeded, reason, message, instanceUID, null, result);
    }
  }

  /** Labels and finalizer come off; nothing more will happen to the object. */
  record Release() implements Outcome {}

  /** The object's time is over. */
  record Delete() implements Outcome {}
}
