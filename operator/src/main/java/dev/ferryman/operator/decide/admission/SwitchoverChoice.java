package dev.ferryman.operator.decide.admission;

import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.Switchover;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import org.jspecify.annotations.Nullable;

/** Chooses how a guest is handed over. */
public final class SwitchoverChoice {
  private SwitchoverChoice() {}

  /**
   * What the order asks for; where it leaves the choice, the fast way only if image locks are
   * proved to keep a second copy from the disks.
   */
  public static SwitchoverMode of(Switchover ordered, @Nullable DestinationReport destination) {
    return switch (ordered) {
      case Fast -> SwitchoverMode.Fast;
      case Strict -> SwitchoverMode.Strict;
      case Auto ->
          destination != null && Boolean.TRUE.equals(destination.imageLocks())
              ? SwitchoverMode.Fast
              : SwitchoverMode.Strict;
    };
  }
}
