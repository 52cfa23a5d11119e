package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static dev.ferryman.lab.Lab.on;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.ConvergenceBuilder;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.MigrationMode;
import dev.ferryman.crds.livemigration.OnTimeout;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Progress;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.Switchover;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A guest that goes on at its destination before all of it is there comes over whole. */
class PostCopyE2E extends LabTest {
  private static final AtomicInteger COUNT = new AtomicInteger();

  /** Carries less than the guest writes, and so little that the rest of it takes some seconds. */
  private static final String NARROW = "60mbit";

  /** The same, and copies all of it once in a few seconds. */
  private static final String WIDER = "150mbit";

  /** Longer than TCP takes to find out that a link is back which was down for some seconds. */
  private static final int STALL_SECONDS = 15;

  /** With more to come, a broken stream may have met QEMU's own thread waiting for memory. */
  private static final long ALMOST_ALL = 24L << 20;

  private Guest guest;
  private Move move;

  @BeforeEach
  void createGuest() {
    guest =
        Guest.create("split-" + COUNT.incrementAndGet(), "host-b", "--dirty", "64").awaitBeating();
    move = Move.away(guest, migration);
    lab("link", move.source(), "rate", NARROW);
  }

  @AfterEach
  void deleteGuest() {
    guest.close();
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
  void comesOverThoughLibvirtdOfItsDestinationDies() {
    order();
    awaitPostCopy();

    lab("kill", "libvirtd", move.destination());
    lab("start", "libvirtd", move.destination());

    assertCameOver(Api.awaitEnd(migration));
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
    orderUnlessStalledFor(5);
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

  @Test
  void isGivenItsTimeAnewWhenTheLinkComesBack() {
    orderUnlessStalledFor(STALL_SECONDS);
    awaitSecondPass();
    awaitAllOfTheDowntimeAllowed();

    lab("link", move.source(), "apart", move.destination());
    var cut = Api.status(migration).source().progress();
    await(
        "the link missed",
        status -> status.source().progress().elapsedMilliseconds() > elapsed(cut) + 3000);
    assertThat(isInPostCopy(Api.status(migration))).as("post-copy without a link").isFalse();
    lab("link", move.source(), "together", move.destination());
    await("copying goes on", status -> sent(status) > sent(cut) + (4 << 20));
    var back = Api.status(migration).source().progress();
    awaitPostCopy();

    assertThat(Api.status(migration).source().progress().elapsedMilliseconds() - elapsed(back))
        .as("ms for which the link was there again before the guest went over")
        .isGreaterThan((STALL_SECONDS - 3) * 1000L);
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

  private void orderUnlessStalledFor(int seconds) {
    lab("link", move.source(), "rate", WIDER);
    Api.order(
        migration,
        LiveMigrationSpec.of(guest.name(), move.destination())
            .handedOver(Switchover.Fast)
            .converging(
                ConvergenceBuilder.builder()
                    .stallTimeoutSeconds(seconds)
                    .onTimeout(OnTimeout.PostCopy)
                    .build()));
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

  /** From then on the next stall is the one that counts. */
  private void awaitAllOfTheDowntimeAllowed() {
    Awaitility.await("all of the downtime allowed")
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                on(
                        move.source(),
                        "virsh",
                        "qemu-monitor-command",
                        guest.name(),
                        "{\"execute\":\"query-migrate-parameters\"}")
                    .contains("\"downtime-limit\":500,"));
  }

  private static long elapsed(Progress progress) {
    return Objects.requireNonNull(progress.elapsedMilliseconds());
  }

  private static long sent(LiveMigrationStatus status) {
    return sent(status.source().progress());
  }

  private static long sent(Progress progress) {
    return Objects.requireNonNull(progress.memoryProcessedBytes());
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

  private void assertRunsOn(String host, LiveMigration end) {
    move.fast();
    guest.assertRunsOnlyOn(host);
    guest.awaitBeating();
    guest.assertNoHeartbeatLost();
    guest.assertDiskComplete();
    assertNothingLeft(end);
  }
}
