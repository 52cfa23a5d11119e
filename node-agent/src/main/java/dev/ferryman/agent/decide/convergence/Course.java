package dev.ferryman.agent.decide.convergence;

import dev.ferryman.crds.livemigration.GivenUp;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The way that a job's copying has taken so far.
 *
 * <p>A pass copies what the guest wrote during the one before, so within each of them the remaining
 * bytes fall, also where the guest writes as fast as it is copied. Headway is a pass that begins
 * with at least 4 % less than each before it (KubeVirt's share), and every byte copied in such a
 * pass: a large guest on a slow link is not stalled while it is copied for the first time.
 *
 * @param pass over the guest's memory; 0: over its disks
 * @param most remaining bytes seen in this pass
 * @param least remaining bytes seen in this pass
 * @param best of the most of the passes before; the first pass has none before it
 * @param headway whether this pass began with less than each before
 * @param throttlePercent by how much QEMU slowed the guest down
 * @param lastHeadway when there was any
 * @param step of the downtime
 * @param givenUp why the job is to be ended; null: it is not
 */
@RecordBuilder
public record Course(
    long pass,
    long most,
    long least,
    long best,
    boolean headway,
    int throttlePercent,
    Duration lastHeadway,
    int step,
    @Nullable GivenUp givenUp)
    implements CourseBuilder.With {
  private static final double BETTER = 0.96;

  /** The course after one more reading; null as long as libvirt has not begun to copy. */
  public static @Nullable Course next(@Nullable Course before, Reading now, Limits limits) {
    if (before == null && now.totalBytes() <= 0) {
      return null;
    }
    var course =
        before == null || before.isOfDisksBefore(now)
            ? begin(now)
            : before.withGivenUp(null).moved(now);
    if (isTimedOut(now, limits)) {
      return course.withGivenUp(GivenUp.TimedOut);
    }
    if (now.at().minus(course.lastHeadway()).compareTo(limits.stallTimeout()) < 0) {
      return course;
    }
    // The whole of the downtime is tried before the copying is given up.
    return course.step() < Limits.LAST_STEP
        ? course.withStep(Limits.LAST_STEP).withLastHeadway(now.at())
        : course.withGivenUp(GivenUp.Stalled);
  }

  /** How long the guest may stand still for now. */
  public long downtimeMilliseconds(Limits limits) {
    return limits.downtimeMilliseconds(step);
  }

  private static boolean isTimedOut(Reading now, Limits limits) {
    return !limits.completionTimeout().isZero()
        && now.elapsed().compareTo(limits.completionTimeout()) >= 0;
  }

  /** Memory is something new after the disks: what is left of it is measured by itself. */
  private boolean isOfDisksBefore(Reading now) {
    return pass == 0 && now.pass() > 0;
  }

  private static Course begin(Reading now) {
    return new Course(
        now.pass(),
        now.remainingBytes(),
        now.remainingBytes(),
        Long.MAX_VALUE,
        true,
        now.throttlePercent(),
        now.at(),
        0,
        null);
  }

  private Course moved(Reading now) {
    var course = now.pass() > pass ? passed(now) : within(now);
    // QEMU slows the guest down step by step: what comes of it is not known yet.
    return now.throttlePercent() > throttlePercent
        ? course.withThrottlePercent(now.throttlePercent()).withLastHeadway(now.at())
        : course;
  }

  private Course within(Reading now) {
    var copies = headway && now.remainingBytes() < least;
    return withMost(Math.max(most, now.remainingBytes()))
        .withLeast(Math.min(least, now.remainingBytes()))
        .withLastHeadway(copies ? now.at() : lastHeadway);
  }

  private Course passed(Reading now) {
    var bestNow = Math.min(best, most);
    var better = now.remainingBytes() <= bestNow * BETTER;
    return new Course(
        now.pass(),
        now.remainingBytes(),
        now.remainingBytes(),
        bestNow,
        better,
        throttlePercent,
        better ? now.at() : lastHeadway,
        better ? step : Math.min(Limits.LAST_STEP, step + 1),
        givenUp);
  }
}
