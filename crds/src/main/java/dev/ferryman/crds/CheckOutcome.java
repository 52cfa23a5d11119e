package dev.ferryman.crds;

/** What a check found. */
public enum CheckOutcome {
  Pass,
  /** Risky, but allowed. */
  Warn,
  /** The migration is refused. */
  Fail,
  /** Could not be evaluated, since another check failed before. */
  Skipped
}
