package dev.ferryman.agent.decide;

import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import org.jspecify.annotations.Nullable;

/**
 * Judges whether the source's copy, gone by now, has stood still since it was stopped for the
 * switch-over. That it is gone does not prove it: libvirt lets it go on after a failed switch-over,
 * and then it may end at any time, with later writes on its disks than the destination's copy knows
 * of.
 */
public final class StandstillEvidence {
  /** libvirt's reason of a domain that is shut off because it has gone to another host. */
  public static final String MIGRATED = "migrated";

  /** libvirt's reason of a guest that a migration has stopped. */
  private static final String MIGRATING = "migrating";

  private StandstillEvidence() {}

  /**
   * What a reading after the end of libvirt's call tells.
   *
   * @param known what was known before
   */
  public static @Nullable SinceSwitchover read(@Nullable SinceSwitchover known, DomainReport now) {
    if (now.state().runs()) {
      return SinceSwitchover.WentOn;
    }
    return now.state() == DomainState.Paused
            && (MIGRATING.equals(now.reason()) || PostCopyState.of(now).isHalf())
        ? SinceSwitchover.StoodStill
        : known;
  }

  /**
   * What is known of a copy that is gone.
   *
   * @param watched what libvirt's events have told; null: nothing
   * @param persistent whether it had a definition, which libvirt removes when it has left
   * @param succeeded whether libvirt's call has returned without an error
   */
  public static SinceSwitchover judge(
      DomainReport now, @Nullable SinceSwitchover watched, boolean persistent, boolean succeeded) {
    if (watched == SinceSwitchover.WentOn) {
      return SinceSwitchover.WentOn;
    }
    var left =
        succeeded
            || MIGRATED.equals(now.reason())
            || (persistent && now.state() == DomainState.Absent);
    return left || watched == SinceSwitchover.StoodStill
        ? SinceSwitchover.StoodStill
        : SinceSwitchover.Unknown;
  }
}
