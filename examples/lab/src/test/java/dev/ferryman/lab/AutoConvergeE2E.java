package dev.ferryman.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.ConvergenceBuilder;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.MigrationMode;
import dev.ferryman.crds.livemigration.Phase;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * A guest that writes many times what the link carries, on a busy machine, too, and nothing about
 * the link changes after it was copied once: it comes over only if QEMU may slow it down.
 */
class AutoConvergeE2E extends BusyGuestTest {
  /**
   * A pass over what the guest keeps writing takes little more than a second, and QEMU takes two
   * for each of its steps.
   */
  private static final String NARROW = "35mbit";

  /** Less than it writes, too; the first pass, over all of it, would take three times as long. */
  private static final String WIDER = "100mbit";

  /** Of the first pass; what the guest keeps writing is much less. */
  private static final long LITTLE_IS_LEFT = 48L << 20;

  /** Longer than such a step takes on a busy machine. */
  private static final int STALL_SECONDS = 8;

  AutoConvergeE2E() {
    super("fast", 4);
  }

  @Test
  void comesOverOnceItIsSlowedDown() {
    order(true);
    awaitThrottledBy(60);
    var slow = guest.pace();

    var end = Api.awaitEnd(migration);

    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
    assertThat(end.getStatus().result().mode()).isEqualTo(MigrationMode.PreCopy);
    awaitFasterThan(slow);
    assertRunsOn(move.destination(), end);
  }

  @Test
  void isAsFastAsBeforeWhenItsMoveIsCancelled() {
    order(true);
    awaitThrottledBy(60);
    var slow = guest.pace();

    Api.cancel(migration);

    var end = Api.awaitEnd(migration);
    assertThat(end.getStatus().phase()).isEqualTo(Phase.Cancelled);
    assertThat(guest.askQemu(move.source(), "query-migrate"))
        .doesNotContain("cpu-throttle-percentage");
    awaitFasterThan(slow);
    assertRunsOn(move.source(), end);
  }

  /** The same numbers: it is the slowing down that brings the guest over. */
  @Test
  void isStalledIfItMayNotBeSlowedDown() {
    order(false);

    var end = Api.awaitEnd(migration);

    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Stalled");
    assertThat(end.getStatus().source().progress().throttlePercent()).isNull();
    assertRunsOn(move.source(), end);
  }

  private void order(boolean autoConverge) {
    move.limit(WIDER);
    Api.order(
        migration,
        LiveMigrationSpec.of(guest.name(), move.destination())
            .converging(
                ConvergenceBuilder.builder()
                    .autoConverge(autoConverge)
                    .stallTimeoutSeconds(STALL_SECONDS)
                    .build()));
    Api.awaitStatus(migration, "most is copied once", AutoConvergeE2E::isMostCopied);
    move.limit(NARROW);
  }

  private static boolean isMostCopied(LiveMigrationStatus status) {
    var progress = status.source() == null ? null : status.source().progress();
    var remaining = progress == null ? null : progress.memoryRemainingBytes();
    return remaining != null && remaining > 0 && remaining < LITTLE_IS_LEFT;
  }

  private void awaitThrottledBy(int percent) {
    var seen =
        Api.awaitStatus(
            migration,
            "the guest is slowed down",
            status -> status.phase().isTerminal() || throttle(status) >= percent);
    assertThat(throttle(seen)).isGreaterThanOrEqualTo(percent);
  }

  private static int throttle(LiveMigrationStatus status) {
    var progress = status.source() == null ? null : status.source().progress();
    return progress == null || progress.throttlePercent() == null ? 0 : progress.throttlePercent();
  }

  /**
   * Other work on the machine may slow it, too, for a while; a throttle that stays does for ever.
   */
  private void awaitFasterThan(long slow) {
    Awaitility.await("more than " + slow + " heartbeats in two seconds, by half at least")
        .atMost(Duration.ofSeconds(90))
        .until(() -> guest.pace() > slow * 3 / 2);
  }
}
