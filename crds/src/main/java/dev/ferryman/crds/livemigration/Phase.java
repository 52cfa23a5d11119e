package dev.ferryman.crds.livemigration;

/** A summary of the conditions for people; the order is that of a migration's life. */
public enum Phase {
  Pending,
  Checking,
  Preparing,
  Migrating,
  Settling,
  Succeeded,
  Failed,
  Cancelled;

  /** Whether the outcome is settled and will never change. */
  public boolean isTerminal() {
    return this == Succeeded || this == Failed || this == Cancelled;
  }
}
