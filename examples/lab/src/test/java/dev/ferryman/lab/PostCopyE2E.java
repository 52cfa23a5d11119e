package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.ConvergenceBuilder;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.MigrationMode;
import dev.ferryman.crds.livemigration.OnTimeout;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.Switchover;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A guest that goes on at its destination before all of it is there comes over whole. */
class PostCopyE2E extends BusyGuestTest {
  /** Carries less than the guest writes, and so little that the rest of it takes some seconds. */
  private static final String NARROW = "60mbit";

  /** The same, and copies all of it once in a few seconds. */
  private static final String WIDER = "150mbit";

  /** Longer than it takes to copy all of it once. */
  private static final int TIME_SECONDS = 20;

  /** With more to come, a broken stream may have met QEMU's own thread waiting for memory. */
  private static final long ALMOST_ALL = 24L << 20;

  PostCopyE2E() {
    super("split", 64);
  }

  @BeforeEach
  void narrowTheLink() {
    lab("link", move.source(), "rate", NARROW);
  }

  @Test
  void goesOnAtItsDestinationBeforeAllOfItIsThere() {
    order();

    var end = Api.awaitEnd(migration);

    assertCameOver(end);
    var result = end.getStatus().result();
    assertThat(result.downtimeMilliseconds()).isPositive();
    assertThat(result.totalMilliseconds()).isGreaterThan(10_000);
    assertThat(result.transferredBytes()).isPositive();
  }

  @Test
  void cannotBeCalledBack() {
    order();
    awaitPostCopy();

    Api.cancel(migration);

    var end = Api.awaitEnd(migration);
    assertThat(end.getStatus().source().abortRequested()).isNull();
    assertThat(Api.condition(end, "CancelRefused").getStatus()).isEqualTo("True");
    assertCameOver(end);
  }

  @Test
  void comesOverThoughTheAgentOfItsSourceDies() {
    order();
    awaitPostCopy();

    lab("kill", "agent", move.source());
    lab("start", "agent", move.source());

    assertCameOver(Api.awaitEnd(migration));
  }

  @Test
  void comesOverThoughLibvirtdOfItsSourceDies() {
    order();
    awaitPostCopy();

    lab("kill", "libvirtd", move.source());
    lab("start", "libvirtd", move.source());

    assertCameOver(Api.awaitEnd(migration));
  }

  @Test
  void comesOverThoughLibvirtdOfItsDestinationDiesUnlessThatEndsIt() {
    order();
    awaitPostCopy();

    lab("kill", "libvirtd", move.destination());
    lab("start", "libvirtd", move.destination());

    var end = Api.awaitEnd(migration);
    if (QemuLog.saysEndedByLibvirt(move.destination(), guest.name())) {
      assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("GuestLost");
      assertNothingLeft(end);
    } else {
      assertCameOver(end);
    }
  }

  @Test
  void comesOverThoughTheLinkIsCutForAWhile() {
    order();
    awaitPostCopy();

    lab("link", move.source(), "apart", move.destination());
    await(
        "source in doubt", status -> "post-copy failed".equals(status.source().domain().reason()));
    lab("link", move.source(), "together", move.destination());

    assertCameOver(Api.awaitEnd(migration));
  }

  @Test
  void isBroughtTogetherAgainWhenItsStreamBreaks() {
    order();
    await(
        "little left",
        status ->
            isInPostCopy(status) && status.source().progress().memoryRemainingBytes() < ALMOST_ALL);

    lab(
        "on",
        move.source(),
        "virsh",
        "qemu-monitor-command",
        guest.name(),
        "{\"execute\":\"migrate-pause\"}");

    // Another order may follow it: to remove the definition that is left.
    Api.awaitStatus(
        migration,
        "an order of the operator",
        status ->
            status.settlement() != null
                && status.settlement().source() == SourceOrder.ResumePostCopy);
    assertCameOver(Api.awaitEnd(migration));
  }

  /** A link that is gone is no reason to move the guest to its other end. */
  @Test
  void staysWhereItIsWhenTheLinkGoesForGood() {
    orderUnless(ConvergenceBuilder.builder().stallTimeoutSeconds(5));
    awaitSecondPass();

    lab("link", move.source(), "apart", move.destination());

    var end = Api.awaitEnd(migration);
    lab("link", move.source(), "together", move.destination());
    assertThat(end.getStatus().phase()).isEqualTo(Phase.Failed);
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Stalled");
    assertThat(end.getStatus().source().postCopyStarted()).isNull();
    assertThat(guest.stateAndReasonOn(move.source()))
        .as("libvirt's word: it was never stopped")
        .isEqualTo("running (booted)");
    assertRunsOn(move.source(), end);
  }

  /** Its time runs out while nothing goes over the link; it goes over when something does again. */
  @Test
  void goesOverOnlyWhenTheLinkIsBack() {
    orderUnless(
        ConvergenceBuilder.builder()
            .completionTimeoutSeconds(TIME_SECONDS)
            .stallTimeoutSeconds(60));
    awaitSecondPass();
    lab("link", move.source(), "apart", move.destination());

    await("its time is over", status -> elapsed(status) > (TIME_SECONDS + 3) * 1000L);

    assertThat(isInPostCopy(Api.status(migration))).as("post-copy without a link").isFalse();
    lab("link", move.source(), "together", move.destination());
    awaitPostCopy();
    assertCameOver(Api.awaitEnd(migration));
  }

  @Test
  void isNotMovedWhileItIsPaused() {
    lab("on", move.source(), "virsh", "suspend", guest.name());

    order();

    var end = Api.awaitEnd(migration);
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("PostCopyUnsupported");
    lab("on", move.source(), "virsh", "resume", guest.name());
    assertRunsOn(move.source(), end);
  }

  private void order() {
    Api.order(
        migration,
        LiveMigrationSpec.of(guest.name(), move.destination())
            .handedOver(Switchover.Fast)
            .converging(
                ConvergenceBuilder.builder()
                    .completionTimeoutSeconds(10)
                    .onTimeout(OnTimeout.PostCopy)
                    .build()));
  }

  private void orderUnless(ConvergenceBuilder convergence) {
    lab("link", move.source(), "rate", WIDER);
    Api.order(
        migration,
        LiveMigrationSpec.of(guest.name(), move.destination())
            .handedOver(Switchover.Fast)
            .converging(convergence.onTimeout(OnTimeout.PostCopy).build()));
  }

  private void awaitSecondPass() {
    await(
        "second pass",
        status ->
            status.source() != null
                && status.source().progress() != null
                && status.source().progress().iteration() != null
                && status.source().progress().iteration() >= 2);
  }

  private static long elapsed(LiveMigrationStatus status) {
    return Objects.requireNonNull(status.source().progress().elapsedMilliseconds());
  }

  private void awaitPostCopy() {
    await("post-copy", PostCopyE2E::isInPostCopy);
    move.awaitGuest(move.destination(), "running");
  }

  private void await(String what, Predicate<LiveMigrationStatus> holds) {
    Api.awaitStatus(migration, what, status -> status.phase().isTerminal() || holds.test(status));
  }

  private static boolean isInPostCopy(LiveMigrationStatus status) {
    return status.source() != null && Boolean.TRUE.equals(status.source().postCopyStarted());
  }

  private void assertCameOver(LiveMigration end) {
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
    assertThat(end.getStatus().phase()).isEqualTo(Phase.Succeeded);
    assertThat(end.getStatus().result().mode()).isEqualTo(MigrationMode.PostCopy);
    assertRunsOn(move.destination(), end);
  }
}
