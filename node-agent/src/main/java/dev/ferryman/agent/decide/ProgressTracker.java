package dev.ferryman.agent.decide;

import dev.ferryman.crds.livemigration.Progress;
import dev.ferryman.crds.livemigration.ProgressBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Makes one percentage out of libvirt's figures. A busy guest's remaining bytes rise and fall with
 * every pass; a person who watches must never see the progress go back.
 */
public final class ProgressTracker {
  /** Kept back for the switch-over: only its end is 100 %. */
  private static final int MOST = 99;

  private ProgressTracker() {}

  /**
   * The reading with its percentage: what has been copied of what there is, memory and disks, at
   * most 99.
   *
   * @param before what was reported before; null: nothing
   * @param memoryBytes of the guest; libvirt does not count them as long as it copies the disks for
   *     the first time
   */
  public static Progress next(Progress reading, @Nullable Progress before, long memoryBytes) {
    var disks = orZero(reading.diskTotalBytes());
    var memory = orZero(reading.memoryTotalBytes());
    var uncounted = disks > 0 && memory <= 0 ? memoryBytes : 0;
    var total = disks + memory + uncounted;
    var remaining =
        orZero(reading.diskRemainingBytes()) + orZero(reading.memoryRemainingBytes()) + uncounted;
    var percent = total <= 0 ? 0 : (int) ((total - Math.min(total, remaining)) * 100 / total);
    return ProgressBuilder.builder(reading)
        .percent(Math.max(before == null ? 0 : before.percent(), Math.min(MOST, percent)))
        .build();
  }

  /** All of it: the guest has left. */
  public static Progress complete(@Nullable Progress before) {
    return (before == null ? ProgressBuilder.builder() : ProgressBuilder.builder(before))
        .percent(100)
        .build();
  }

  private static long orZero(@Nullable Long value) {
    return value == null ? 0 : value;
  }
}
