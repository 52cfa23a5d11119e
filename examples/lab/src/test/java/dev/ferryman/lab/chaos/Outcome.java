package dev.ferryman.lab.chaos;

import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.Phase;

/**
 * An order that is over.
 *
 * @param source where the guest was when it was ordered
 * @param orderedMillis wall-clock time of the order
 */
record Outcome(
    String name,
    ChaosGuest guest,
    String source,
    String destination,
    long orderedMillis,
    Migrations.Seen seen) {

  boolean isSuccess() {
    return seen.word().phase() == Phase.Succeeded;
  }

  /** Whether it says that the guest is lost, since each host had a part of it. */
  boolean isLoss() {
    return seen.word().reason().equals(Reason.GuestLost.name());
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
