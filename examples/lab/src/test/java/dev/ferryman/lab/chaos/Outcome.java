package dev.ferryman.lab.chaos;

import dev.ferryman.crds.livemigration.Phase;

/**
 * An order that is over.
 *
 * @param source where the guest was when it was ordered
 */
record Outcome(
    String name, ChaosGuest guest, String source, String destination, Migrations.Seen seen) {

  boolean isSuccess() {
    return seen.word().phase() == Phase.Succeeded;
  }

  /** Whether the guest may be there, by what the LiveMigration has last said. */
  boolean allows(String host) {
    // One that was deleted may have gone before its last word was seen here.
    return !seen.word().isTerminal() || host.equals(isSuccess() ? destination : source);
  }

  @Override
  public String toString() {
    return name + " (" + source + " to " + destination + "), which says " + seen.word();
  }
}
