package dev.ferryman.operator.reconciler;

import dev.ferryman.operator.decide.Migration;

/**
 * Lets the object go: no agent looks at it any more, nothing holds it back from deletion. Where it
 * has a time to live it is deleted after that.
 */
final class TerminalPhase implements PhaseHandler {
  @Override
  public Outcome handle(Migration migration, Observation seen) {
    if (migration.held() || !migration.hostLabels().isEmpty()) {
      return new Outcome.Release();
    }
    var seconds = migration.spec().ttlSecondsAfterFinished();
    var ended = migration.began(migration.phase());
    if (seconds == null || ended.isEmpty() || migration.deleting()) {
      return Outcome.Await.NEWS;
    }
    var until = ended.get().plusSeconds(seconds);
    return seen.now().isBefore(until) ? new Outcome.Await(until) : new Outcome.Delete();
  }
}
