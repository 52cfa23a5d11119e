package dev.ferryman.lab.chaos;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** How long is waited for what must come. */
final class Waiting {
  /** Longer than any fault and any time-out of the system, with room for a busy machine. */
  static final Duration PATIENCE = Duration.ofMinutes(3);

  private Waiting() {}

  static ConditionFactory await(String what) {
    return Awaitility.await(what)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions();
  }
}
