package dev.ferryman.agent.decide.convergence;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whether the link to the destination carries what it did before. A copying that makes no headway
 * for want of a link is not helped by moving the guest to the other end of it.
 *
 * @param at of the reading
 * @param sentBytes by then
 * @param carries whether at least a tenth of the job's mean rate went over since the reading before
 * @param silence for how long it has carried less, altogether, since the copying last made headway
 * @param lastBreak when it last carried less, or may have; null: never
 */
public record Flow(
    Duration at, long sentBytes, boolean carries, Duration silence, @Nullable Duration lastBreak) {
  private static final double LEAST_SHARE = 0.1;

  /**
   * libvirt misses the other host after six times five seconds. Its own connection may be broken
   * for so long when the data flow again.
   */
  private static final Duration MISSED = Duration.ofSeconds(30);

  /**
   * The flow after one more reading; with the first one nothing is known of it yet, as of what was
   * before it.
   *
   * @param lastHeadway when the copying made any, by the readings' clock
   */
  public static Flow next(@Nullable Flow before, Reading now, Duration lastHeadway) {
    if (before == null) {
      var unseen = now.elapsed().compareTo(MISSED) >= 0;
      return new Flow(now.at(), now.sentBytes(), false, Duration.ZERO, unseen ? now.at() : null);
    }
    var time = now.at().minus(before.at);
    var carries = before.carriesUntil(now, time);
    var silence =
        lastHeadway.compareTo(now.at()) >= 0
            ? Duration.ZERO
            : carries ? before.silence : before.silence.plus(time);
    return new Flow(
        now.at(), now.sentBytes(), carries, silence, carries ? before.lastBreak : now.at());
  }

  /** Whether it carries, and libvirt would have missed the other host by now if it did. */
  boolean isSteady() {
    return carries && (lastBreak == null || at.minus(lastBreak).compareTo(MISSED) >= 0);
  }

  private boolean carriesUntil(Reading now, Duration time) {
    var sent = now.sentBytes() - sentBytes;
    var elapsed = now.elapsed().toNanos();
    var mean = elapsed <= 0 ? 0 : (double) now.sentBytes() * time.toNanos() / elapsed;
    return sent > 0 && sent >= mean * LEAST_SHARE;
  }
}
