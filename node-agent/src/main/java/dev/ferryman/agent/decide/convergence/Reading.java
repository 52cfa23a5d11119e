package dev.ferryman.agent.decide.convergence;

import dev.ferryman.crds.livemigration.Progress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A job's figures at one moment.
 *
 * @param at by a clock that nobody sets
 * @param elapsed since the job began, whichever agents have watched it
 * @param pass over the guest's memory, from 1; 0: its disks are copied for the first time, and
 *     nothing else yet
 * @param totalBytes 0: libvirt has not begun to copy
 * @param remainingBytes not copied, or written since
 * @param throttlePercent by how much QEMU slows the guest down
 * @param sentBytes all that has gone over the link since the job began
 */
public record Reading(
    Duration at,
    Duration elapsed,
    long pass,
    long totalBytes,
    long remainingBytes,
    int throttlePercent,
    long sentBytes) {

  /** The figures of that progress. */
  public static Reading of(Progress progress, Duration at) {
    var memory = orZero(progress.memoryTotalBytes());
    var disks = memory <= 0 && orZero(progress.diskTotalBytes()) > 0;
    return new Reading(
        at,
        Duration.ofMillis(orZero(progress.elapsedMilliseconds())),
        disks ? 0 : Math.max(1, orZero(progress.iteration())),
        disks ? orZero(progress.diskTotalBytes()) : memory,
        orZero(disks ? progress.diskRemainingBytes() : progress.memoryRemainingBytes()),
        progress.throttlePercent() == null ? 0 : progress.throttlePercent(),
        orZero(progress.memoryProcessedBytes()) + orZero(progress.diskProcessedBytes()));
  }

  private static long orZero(@Nullable Long value) {
    return value == null ? 0 : value;
  }
}
