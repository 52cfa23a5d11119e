package dev.ferryman.crds.livemigration;

/** Why the source's agent has ended a migration by itself. */
public enum GivenUp {
  /** The copying made no headway for {@code stallTimeoutSeconds}. */
  Stalled,
  /** It took longer than {@code completionTimeoutSeconds}. */
  TimedOut
}
