package dev.ferryman.operator.reconciler;

import dev.ferryman.operator.decide.Migration;

/** Lets the object go: no agent looks at it any more, nothing holds it back from deletion. */
final class TerminalPhase implements PhaseHandler {
  @Override
  public Outcome handle(Migration migration, Observation seen) {
    return migration.held() || !migration.hostLabels().isEmpty()
        ? new Outcome.Release()
        : Outcome.Await.NEWS;
  }
}
