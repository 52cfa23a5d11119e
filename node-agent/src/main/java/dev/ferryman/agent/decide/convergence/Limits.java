package dev.ferryman.agent.decide.convergence;

import dev.ferryman.crds.livemigration.Convergence;
import java.time.Duration;
import java.util.stream.LongStream;

/**
 * What the administrator allows.
 *
 * @param maxDowntimeMilliseconds at the switch-over
 * @param stallTimeout without headway, and of a guest that is paused so that its copying ends
 * @param completionTimeout of the whole job; zero: any
 */
public record Limits(
    long maxDowntimeMilliseconds, Duration stallTimeout, Duration completionTimeout) {
  /** An idle guest needs no more, so it stands still for less than by QEMU's own 300 ms. */
  private static final long FIRST_DOWNTIME_MILLISECONDS = 50;

  /** Shares of the maximum in percent, one for each pass without headway (as oVirt raises it). */
  private static final long[] STEPS = {20, 30, 40, 60, 80, 100};

  static final int LAST_STEP = STEPS.length;

  /** The limits of an order. */
  public static Limits of(Convergence convergence) {
    return new Limits(
        convergence.maxDowntime(),
        Duration.ofSeconds(convergence.stallTimeout()),
        Duration.ofSeconds(convergence.completionTimeout()));
  }

  /**
   * Whether a guest that was paused so that its copying ends has stood still for long enough: a
   * guest that is not copied by then is better off running.
   *
   * @param elapsed how long the job has taken, and had taken when the guest was paused
   */
  public boolean isPausedTooLong(Duration elapsed, Duration pausedAt) {
    return elapsed.minus(pausedAt).compareTo(stallTimeout) >= 0;
  }

  /** The downtime of a step; never less than that of the step before. */
  long downtimeMilliseconds(int step) {
    var first = Math.min(FIRST_DOWNTIME_MILLISECONDS, maxDowntimeMilliseconds);
    return LongStream.of(STEPS)
        .limit(step)
        .map(percent -> maxDowntimeMilliseconds * percent / 100)
        .reduce(first, Math::max);
  }
}
