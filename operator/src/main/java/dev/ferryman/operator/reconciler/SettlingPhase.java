package dev.ferryman.operator.reconciler;

import dev.ferryman.operator.decide.Migration;

/** Waits for proof of the outcome, for orders to be carried out, and for both hosts' clean-up. */
final class SettlingPhase implements PhaseHandler {
  private final Settler settler;

  SettlingPhase(Settler settler) {
    this.settler = settler;
  }

  @Override
  public Outcome handle(Migration migration, Observation seen) {
    return settler.settle(migration, seen);
  }
}
