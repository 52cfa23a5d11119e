package dev.ferryman.operator.reconciler;

import dev.ferryman.operator.decide.Liveness;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What the operator has heard of the hosts' agents. */
public interface Heartbeats {
  /** Whether that host's agent lives. */
  Liveness of(String host);

  /** When the answer for that host changes if nothing is heard; empty if it does not. */
  Optional<Duration> changesIn(String host);

  /** Since when the operator has been able to hear anything without a gap. */
  Instant hearingSince();
}
