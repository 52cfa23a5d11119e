package dev.ferryman.operator.reconciler;

import dev.ferryman.operator.decide.Migration;

/** What happens in one phase, and nothing else: it neither writes nor waits. */
@FunctionalInterface
interface PhaseHandler {
  Outcome handle(Migration migration, Observation seen);
}
