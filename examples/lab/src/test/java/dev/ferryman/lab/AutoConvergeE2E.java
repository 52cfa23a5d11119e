package dev.ferryman.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.ConvergenceBuilder;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.MigrationMode;
import dev.ferryman.crds.livemigration.Phase;
import org.junit.jupiter.api.Test;

/**
 * A guest that writes many times what the link carries, on a busy machine, too, and nothing about
 * the link changes after it was copied once: it comes over only if QEMU may slow it down.
 */
class AutoConvergeE2E extends BusyGuestTest {
  /** As little as the guest writes where QEMU leaves it a hundredth of a CPU: 2 MiB/s were seen. */
  private static final String NARROW = "24mbit";

  /** Twice that, and far less than it writes with a tenth of one. */
  private static final String WIDE_ENOUGH = "40mbit";

  /**
   * The first pass, over all of it, would take too long on those. The last of it takes some
   * seconds, in which the link is narrowed.
   */
  private static final String WIDER = "60mbit";

  /** Longer than one of QEMU's steps takes on a busy machine: two passes over what is written. */
  private static final int STALL_SECONDS = 10;

  /** So little goes over the link in it that a guest with a tenth of a CPU still writes more. */
  private static final int DOWNTIME_MILLISECONDS = 400;

  /** Too little for one that writes anything. */
  private static final int HARDLY_ANY_DOWNTIME_MILLISECONDS = 100;

  AutoConvergeE2E() {
    super("fast", 4);
  }

  @Test
  void comesOverOnceItIsSlowedDown() {
    order(true, WIDE_ENOUGH, DOWNTIME_MILLISECONDS);
    awaitThrottledBy(20);

    var end = Api.awaitEnd(migration);

    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
    assertThat(end.getStatus().result().mode()).isEqualTo(MigrationMode.PreCopy);
    VcpuTime.awaitSleepingAtMost(0.2, guest, move.destination());
    assertRunsOn(move.destination(), end);
  }

  @Test
  void isAsFastAsBeforeWhenItsMoveIsCancelled() {
    order(true, NARROW, HARDLY_ANY_DOWNTIME_MILLISECONDS);
    awaitThrottledBy(60);
    VcpuTime.awaitSleepingAtLeast(0.4, guest, move.source());

    Api.cancel(migration);

    var end = Api.awaitEnd(migration);
    assertThat(end.getStatus().phase()).isEqualTo(Phase.Cancelled);
    VcpuTime.awaitSleepingAtMost(0.2, guest, move.source());
    assertRunsOn(move.source(), end);
  }

  /** The same numbers: it is the slowing down that brings the guest over. */
  @Test
  void isStalledIfItMayNotBeSlowedDown() {
    order(false, WIDE_ENOUGH, DOWNTIME_MILLISECONDS);

    var end = Api.awaitEnd(migration);

    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Stalled");
    assertThat(end.getStatus().source().progress().throttlePercent()).isNull();
    assertRunsOn(move.source(), end);
  }

  private void order(boolean autoConverge, String link, int maxDowntimeMilliseconds) {
    move.limit(WIDER);
    Api.order(
        migration,
        LiveMigrationSpec.of(guest.name(), move.destination())
            .converging(
                ConvergenceBuilder.builder()
                    .autoConverge(autoConverge)
                    .stallTimeoutSeconds(STALL_SECONDS)
                    .maxDowntimeMilliseconds(maxDowntimeMilliseconds)
                    .build()));
    move.awaitMostCopied();
    move.limit(link);
  }

  private void awaitThrottledBy(int percent) {
    var seen =
        Api.awaitStatus(
            migration,
            "the guest is slowed down",
            status -> status.phase().isTerminal() || throttle(status) >= percent);
    assertThat(throttle(seen)).as("%s", seen.conditions()).isGreaterThanOrEqualTo(percent);
  }

  private static int throttle(LiveMigrationStatus status) {
    var progress = status.source() == null ? null : status.source().progress();
    return progress == null || progress.throttlePercent() == null ? 0 : progress.throttlePercent();
  }
}
