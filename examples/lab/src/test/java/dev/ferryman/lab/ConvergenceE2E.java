package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.Compression;
import dev.ferryman.crds.livemigration.ConvergenceBuilder;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.MigrationMode;
import dev.ferryman.crds.livemigration.OnTimeout;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Switchover;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A guest that writes faster than the link carries: what is ordered for it is what happens. */
class ConvergenceE2E extends BusyGuestTest {
  /** Carries less than the guest writes, on a busy machine, too. */
  private static final String NARROW = "60mbit";

  /** Carries so little that a slow guest, too, writes all of its pages anew during a pass. */
  private static final String NARROWER = "40mbit";

  /** Carries so little that a paused guest is not copied in time either. */
  private static final String CHOKED = "10mbit";

  ConvergenceE2E() {
    super("busy", 64);
  }

  @Test
  void isStalledAndRunsOnAtItsSource() {
    order(NARROWER, Switchover.Auto, ConvergenceBuilder.builder().stallTimeoutSeconds(5));

    var end = Api.awaitEnd(migration);

    assertThat(end.getStatus().phase()).isEqualTo(Phase.Failed);
    assertThat(Api.reason(end)).isEqualTo("Stalled");
    assertThat(Api.message(end)).contains("no headway for 5 s");
    assertRunsOn(move.source(), end);
  }

  @ParameterizedTest
  @EnumSource(names = {"Fast", "Strict"})
  void isPausedAndRunsOnAtItsDestination(Switchover switchover) {
    order(NARROW, switchover, pausingAfter(10));

    var end = Api.awaitEnd(migration);

    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
    var result = end.getStatus().result();
    assertThat(result.mode()).isEqualTo(MigrationMode.Paused);
    assertThat(result.downtimeMilliseconds()).isPositive();
    assertThat(result.totalMilliseconds()).isGreaterThan(10_000);
    assertThat(result.transferredBytes()).isPositive();
    assertThat(result.iterations()).isPositive();
    assertThat(guest.downtimeMilliseconds())
        .as("what the guest saw of it")
        .isGreaterThan(result.downtimeMilliseconds() / 2);
    assertRunsOn(move.destination(), end);
  }

  @Test
  void isPausedInVainAndRunsOnAtItsSource() {
    order(CHOKED, Switchover.Auto, pausingAfter(5).stallTimeoutSeconds(5));

    var end = Api.awaitEnd(migration);

    assertThat(Api.reason(end)).isEqualTo("TimedOut");
    assertThat(Api.message(end)).contains("nor done within 5 s of the guest's pause");
    assertRunsOn(move.source(), end);
  }

  @Test
  void runsOnWhenItsMoveIsCancelledWhileItIsPaused() {
    order(CHOKED, Switchover.Auto, pausingAfter(5));
    awaitPause();

    Api.cancel(migration);

    var end = Api.awaitEnd(migration);
    assertThat(end.getStatus().phase()).isEqualTo(Phase.Cancelled);
    assertRunsOn(move.source(), end);
  }

  @Test
  void runsOnThoughItsAgentDiesWhileItIsPaused() {
    order(CHOKED, Switchover.Auto, pausingAfter(5).stallTimeoutSeconds(10));
    awaitPause();

    lab("kill", "agent", move.source());
    lab("start", "agent", move.source());

    var end = Api.awaitEnd(migration);
    assertThat(Api.reason(end)).isEqualTo("TimedOut");
    assertRunsOn(move.source(), end);
  }

  @Test
  void runsOnThoughLibvirtdDiesWhileItIsPaused() {
    order(CHOKED, Switchover.Auto, pausingAfter(5));
    awaitPause();

    lab("kill", "libvirtd", move.source());
    lab("start", "libvirtd", move.source());

    var end = Api.awaitEnd(migration);
    assertThat(Api.reason(end)).isEqualTo("MigrationFailed");
    assertRunsOn(move.source(), end);
  }

  @Test
  void isCopiedOverSeveralConnections() {
    assertIsCopied("multifd", ConvergenceBuilder.builder().parallelConnections(2));
  }

  @Test
  void isCopiedCompressed() {
    assertIsCopied("xbzrle", ConvergenceBuilder.builder().compression(Compression.Xbzrle));
  }

  /**
   * QEMU says in mid-copy that it does so, and the guest comes over, for which it may stand still
   * as long as it takes on any machine.
   */
  private void assertIsCopied(String capability, ConvergenceBuilder convergence) {
    order(NARROW, Switchover.Auto, convergence.maxDowntimeMilliseconds(5000));
    Api.awaitCopying(migration);
    var capabilities = guest.askQemu(move.source(), "query-migrate-capabilities");
    move.fast();

    var end = Api.awaitEnd(migration);

    assertThat(capabilities.replaceAll("\\s", ""))
        .containsPattern("\\{\"state\":true,\"capability\":\"" + capability + "\"\\}");
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
    assertRunsOn(move.destination(), end);
  }

  /** The lab's libvirt is 9.0.0. */
  @Test
  void isNotMovedWhereLibvirtCannotCompressSo() {
    order(
        "none",
        Switchover.Auto,
        ConvergenceBuilder.builder().compression(Compression.Zstd).parallelConnections(2));

    var end = Api.awaitEnd(migration);

    assertThat(Api.reason(end)).isEqualTo("CompressionUnsupported");
    assertThat(Api.message(end)).contains("spec.convergence.compression");
    assertRunsOn(move.source(), end);
  }

  private static ConvergenceBuilder pausingAfter(int seconds) {
    return ConvergenceBuilder.builder()
        .completionTimeoutSeconds(seconds)
        .onTimeout(OnTimeout.Pause);
  }

  private void order(String rate, Switchover switchover, ConvergenceBuilder convergence) {
    move.limit(rate);
    Api.order(
        migration,
        LiveMigrationSpec.of(guest.name(), move.destination())
            .handedOver(switchover)
            .converging(convergence.build()));
  }

  private void awaitPause() {
    Api.awaitStatus(migration, "the guest is paused", ConvergenceE2E::isPaused);
    move.awaitGuest(move.source(), "paused");
  }

  private static boolean isPaused(LiveMigrationStatus status) {
    return status.source() != null && Boolean.TRUE.equals(status.source().pausedToFinish());
  }
}
