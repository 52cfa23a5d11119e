package dev.ferryman.operator.reconciler;

import dev.ferryman.operator.decide.Liveness;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Counts a host dead when no renewal of its Lease was seen for a while, by this process's own
 * monotonic clock. The while begins anew when the operator starts and when its watch works again
 * after an outage: who could not hear cannot say that nobody spoke.
 */
public final class HeartbeatMonitor implements Heartbeats {
  private final Duration deadAfter;
  private final LongSupplier nanoTime;
  private final Clock clock;
  private final Map<String, Long> renewals = new HashMap<>();
  private boolean hearing = true;
  private long hearingSinceNanos;
  private Instant hearingSince;

  /** Begins to listen now. */
  public HeartbeatMonitor(Duration deadAfter, LongSupplier nanoTime, Clock clock) {
    this.deadAfter = deadAfter;
    this.nanoTime = nanoTime;
    this.clock = clock;
    this.hearingSinceNanos = nanoTime.getAsLong();
    this.hearingSince = clock.instant();
  }

  /**
   * Notes a renewal.
   *
   * @return whether the host was not known to be alive before
   */
  public synchronized boolean renewed(String host) {
    boolean news = of(host) != Liveness.Alive;
    renewals.put(host, nanoTime.getAsLong());
    return news;
  }

  /** Notes whether the watch of the Leases works. */
  public synchronized void hearing(boolean works) {
    if (works && !hearing) {
      hearingSinceNanos = nanoTime.getAsLong();
      hearingSince = clock.instant();
    }
    hearing = works;
  }

  @Override
  public synchronized Liveness of(String host) {
    var renewal = renewals.get(host);
    long now = nanoTime.getAsLong();
    if (renewal != null && now - renewal < deadAfter.toNanos()) {
      return Liveness.Alive;
    }
    return hearing && now - hearingSinceNanos >= deadAfter.toNanos()
        ? Liveness.Dead
        : Liveness.Unknown;
  }

  @Override
  public synchronized Optional<Duration> changesIn(String host) {
    var renewal = renewals.get(host);
    long now = nanoTime.getAsLong();
    return switch (of(host)) {
      case Alive -> Optional.of(left(renewal == null ? now : renewal, now));
      case Unknown -> Optional.of(hearing ? left(hearingSinceNanos, now) : deadAfter);
      case Dead -> Optional.empty();
    };
  }

  @Override
  public synchronized Instant hearingSince() {
    return hearingSince;
  }

  private Duration left(long since, long now) {
    return deadAfter.minusNanos(now - since);
  }
}
