package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.Reason;
import dev.ferryman.operator.decide.Migration;

/** Is told what has been recorded of a move; it may be slow or fail without disturbing the move. */
public interface TransitionListener {
  /**
   * A move as it is now recorded.
   *
   * @param before as it was
   * @param phaseChanged false where only the reason of a wait is new
   */
  record Transition(
      Migration before, Migration after, boolean phaseChanged, Reason reason, String message) {}

  void changed(Transition transition);
}
