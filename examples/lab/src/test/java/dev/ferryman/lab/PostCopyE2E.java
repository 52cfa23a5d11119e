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
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.Switchover;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A guest that goes on at its destination before all of it is there comes over whole. */
class PostCopyE2E extends BusyGuestTest {
  /** Carries less than the guest writes, on a busy machine, too. */
  private static final String NARROW = "60mbit";

  /** So little that post-copy lasts until the test has done what it does meanwhile. */
  private static final String TRICKLE = "16mbit";

  /** Longer than it takes to copy all of it once. */
  private static final int TIME_SECONDS = 30;

  /** Less, so that libvirt has no time to miss the other side while the link is cut. */
  private static final int CUT_SECONDS = 26;

  /** The guest keeps writing to 64 MiB: a pass of which less is left has gone on for a while. */
  private static final long LESS_THAN_A_PASS = 48L << 20;

  /** With more to come, a broken stream may have met QEMU's own thread waiting for memory. */
  private static final long ALMOST_ALL = 24L << 20;

  PostCopyE2E() {
    super("split", 64);
  }

  @BeforeEach
  void narrowTheLink() {
    move.limit(NARROW);
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
    await("its refusal", PostCopyE2E::isCancelRefused);

    var end = awaitEnd();
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

    assertCameOver(awaitEnd());
  }

  @Test
  void comesOverThoughLibvirtdOfItsSourceDies() {
    order();
    awaitPostCopy();

    lab("kill", "libvirtd", move.source());
    lab("start", "libvirtd", move.source());

    assertCameOver(awaitEnd());
  }

  @Test
  void comesOverThoughLibvirtdOfItsDestinationDiesUnlessThatEndsIt() {
    order();
    awaitPostCopy();

    lab("kill", "libvirtd", move.destination());
    lab("start", "libvirtd", move.destination());

    var end = awaitEnd();
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

    assertCameOver(awaitEnd());
  }

  @Test
  void isBroughtTogetherAgainWhenItsStreamBreaks() {
    order();
    awaitPostCopy();
    await("little left", status -> remainingBytes(status) < ALMOST_ALL);

    var reply = guest.askQemu(move.source(), "migrate-pause");
    move.fast();

    assertThat(reply).as("QEMU's reply").doesNotContain("error");

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
    await(
        "pass without headway",
        status -> pass(status) >= 3 && remainingBytes(status) < LESS_THAN_A_PASS);

    lab("link", move.source(), "apart", move.destination());

    var end = Api.awaitEnd(migration);
    lab("link", move.source(), "together", move.destination());
    assertThat(end.getStatus().phase()).isEqualTo(Phase.Failed);
    // On a busy machine libvirt may miss the other host before Ferryman calls the copy stalled.
    assertThat(Api.reason(end)).as(Api.message(end)).isIn("Stalled", "MigrationFailed");
    assertThat(end.getStatus().source().postCopyStarted()).isNull();
    assertThat(guest.stateAndReasonOn(move.source()))
        .as("libvirt's word: it was never stopped")
        .isEqualTo("running (booted)");
    assertRunsOn(move.source(), end);
  }

  /**
   * Its time runs out while nothing goes over the link; it goes over when something does again, for
   * long enough that libvirt's own connection is known to be back, too.
   */
  @Test
  void goesOverOnlyWhenTheLinkIsBack() {
    orderUnless(
        ConvergenceBuilder.builder()
            .completionTimeoutSeconds(TIME_SECONDS)
            .stallTimeoutSeconds(60));
    await("second pass", status -> pass(status) >= 2 && elapsed(status) > CUT_SECONDS * 1000L);
    lab("link", move.source(), "apart", move.destination());

    await("its time is over", status -> elapsed(status) > (TIME_SECONDS + 2) * 1000L);

    assertThat(isInPostCopy(Api.status(migration))).as("post-copy without a link").isFalse();
    lab("link", move.source(), "together", move.destination());
    awaitPostCopy();
    assertCameOver(awaitEnd());
  }

  @Test
  void isNotMovedWhileItIsPaused() {
    on(move.source(), "virsh", "suspend", guest.name());

    order();

    var end = Api.awaitEnd(migration);
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("PostCopyUnsupported");
    on(move.source(), "virsh", "resume", guest.name());
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
    Api.order(
        migration,
        LiveMigrationSpec.of(guest.name(), move.destination())
            .handedOver(Switchover.Fast)
            .converging(convergence.onTimeout(OnTimeout.PostCopy).build()));
  }

  private static long pass(LiveMigrationStatus status) {
    var progress = status.source() == null ? null : status.source().progress();
    return progress == null || progress.iteration() == null ? 0 : progress.iteration();
  }

  private static long remainingBytes(LiveMigrationStatus status) {
    return Objects.requireNonNull(status.source().progress().memoryRemainingBytes());
  }

  private static long elapsed(LiveMigrationStatus status) {
    return Objects.requireNonNull(status.source().progress().elapsedMilliseconds());
  }

  private void awaitPostCopy() {
    await("post-copy", PostCopyE2E::isInPostCopy);
    move.limit(TRICKLE);
    move.awaitGuest(move.destination(), "running");
  }

  /** The rest of it comes at once now; what the test has done has not come too late. */
  private LiveMigration awaitEnd() {
    assertUnderWay("what the test does");
    move.fast();
    return Api.awaitEnd(migration);
  }

  private void await(String what, Predicate<LiveMigrationStatus> holds) {
    Api.awaitStatus(migration, what, status -> status.phase().isTerminal() || holds.test(status));
    assertUnderWay(what);
  }

  private void assertUnderWay(String what) {
    var seen = Api.get(migration);
    assertThat(seen.getStatus().phase().isTerminal())
        .as("over before %s: %s", what, seen.getStatus().conditions())
        .isFalse();
  }

  private static boolean isCancelRefused(LiveMigrationStatus status) {
    return status.conditions().stream()
        .anyMatch(
            each -> each.getType().equals("CancelRefused") && each.getStatus().equals("True"));
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
