package dev.ferryman.simulation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Made-up time: everything is done one after the other, and time passes only in between. */
final class Timeline {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private final PriorityQueue<Due> queue =
      new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::order));
  private long now;
  private long order;

  private record Due(long at, long order, Runnable work) {}

  /** Does that after all else that is due by then. */
  void after(Duration delay, Runnable work) {
    queue.add(new Due(now + delay.toNanos(), order++, work));
  }

  void soon(Runnable work) {
    after(Duration.ZERO, work);
  }

  /** Does that again and again, for ever. */
  void every(Duration period, Runnable work) {
    after(
        period,
        () -> {
          work.run();
          every(period, work);
        });
  }

  /** Does what is due next. */
  void step() {
    var next = queue.remove();
    now = next.at();
    next.work().run();
  }

  /** As {@link System#nanoTime}. */
  long nanoTime() {
    return now;
  }

  Duration passed() {
    return Duration.ofNanos(now);
  }

  Clock clock() {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }

      @Override
      public Instant instant() {
        return BEGIN.plusNanos(now);
      }
    };
  }
}
