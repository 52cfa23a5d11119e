package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.Compression;
import dev.ferryman.crds.livemigration.Convergence;
import dev.ferryman.crds.livemigration.ConvergenceBuilder;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.GivenUp;
import dev.ferryman.crds.livemigration.OnTimeout;
import dev.ferryman.crds.livemigration.Progress;
import dev.ferryman.crds.livemigration.ProgressBuilder;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Switched;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the source's agent does with a guest that writes faster than it is copied. */
class SteeringTest extends SceneTest {
  @Test
  void libvirtIsAskedForWhatIsOrdered() throws InterruptedException {
    var ordered = ConvergenceBuilder.builder().bandwidthMiBPerSecond(40).autoConverge(true).build();
    order(ordered);

    var migration = scene.orderAndStart();

    assertThat(migration.request().convergence()).isEqualTo(ordered);
    migration.succeed();
  }

  @Test
  void aCompressionThatThisLibvirtLacksIsRefusedBeforeAnythingMoves() {
    order(
        ConvergenceBuilder.builder().compression(Compression.Zstd).parallelConnections(2).build());

    scene.order();

    var status =
        scene.await(
            "a refusal",
            now -> now.source() != null && now.source().state() == SourceState.Refused);
    assertThat(status.source().checks())
        .filteredOn(check -> check.outcome() == CheckOutcome.Fail)
        .singleElement()
        .satisfies(
            check -> {
              assertThat(check.reason()).isEqualTo("CompressionUnsupported");
              assertThat(check.message())
                  .isEqualTo(
                      "spec.convergence.compression: Zstd needs libvirt 9.4.0 or later, and host-b"
                          + " has 9.0.0");
            });
  }

  @Test
  void aGuestMayStandStillForALittleFirst() throws InterruptedException {
    var migration = scene.orderAndStart();
    migration.progress(copying(1, 800));

    await().until(() -> scene.hostB.changes().contains("downtime " + scene.guest.uuid() + " 50"));
    migration.succeed();
  }

  @Test
  void aStalledCopyingIsAbortedAndTheGuestUntouched() throws InterruptedException {
    order(ConvergenceBuilder.builder().maxDowntimeMilliseconds(400).build());
    var migration = scene.orderAndStart();
    migration.arrive();
    migration.progress(copying(1, 800));
    await().until(() -> scene.hostB.changes().contains("downtime " + scene.guest.uuid() + " 50"));
    scene.pass(Duration.ofSeconds(61));
    await().until(() -> scene.hostB.changes().contains("downtime " + scene.guest.uuid() + " 400"));
    assertThat(migration.abortRequested()).isFalse();

    scene.pass(Duration.ofSeconds(61));

    var status = scene.awaitEvidence();
    assertThat(status.source().givenUp()).isEqualTo(GivenUp.Stalled);
    assertThat(status.source().abortRequested()).isTrue();
    assertThat(status.source().switched()).isEqualTo(Switched.NeverStopped);
    assertThat(scene.guest.state()).isEqualTo(DomainState.Running);
  }

  @Test
  void whatWasGivenUpIsAbortedByTheNextAgentToo() throws InterruptedException {
    order(ConvergenceBuilder.builder().completionTimeoutSeconds(5).build());
    var migration = scene.orderAndStart();
    migration.arrive();
    migration.holdAborts();
    migration.progress(ProgressBuilder.builder(copying(1, 800)).elapsedMilliseconds(5000L).build());
    await().until(migration::abortRequested);
    scene.killAgents();
    migration.failBeforeSwitchOver();

    scene.startAgentB();
    scene.startAgentC();

    assertThat(scene.awaitEvidence().source().givenUp()).isEqualTo(GivenUp.TimedOut);
  }

  @Test
  void aGuestThatMayBePausedIsPausedInsteadOfGivenUpAndRunsAtItsDestination()
      throws InterruptedException {
    order(pausing());
    var migration = scene.orderAndStart();
    migration.arrive();
    migration.progress(late(5000));
    await().until(() -> scene.guest.state() == DomainState.Paused);

    migration.succeed();

    var status = scene.awaitEvidence();
    assertThat(status.source().pausedToFinish()).isTrue();
    assertThat(status.source().givenUp()).isNull();
    assertThat(status.source().switched()).isEqualTo(Switched.Gone);
    assertThat(status.source().sinceSwitchover()).isEqualTo(SinceSwitchover.StoodStill);
    assertThat(migration.abortRequested()).isFalse();
    assertThat(scene.hostC.stateOf(scene.guest.uuid())).isEqualTo(DomainState.Running);
  }

  @Test
  void aPausedGuestThatIsNotCopiedInTimeGoesOnAtItsSource() throws InterruptedException {
    order(pausing());
    var migration = scene.orderAndStart();
    migration.arrive();
    migration.progress(late(5000));
    await().until(() -> scene.guest.state() == DomainState.Paused);
    migration.progress(late(64_999));
    await().until(() -> percent() == 11);
    assertThat(migration.abortRequested()).isFalse();

    migration.progress(late(65_000));

    var status = scene.awaitEvidence();
    assertThat(status.source().givenUp()).isEqualTo(GivenUp.TimedOut);
    assertThat(status.source().switched()).isEqualTo(Switched.MayHaveSwitched);
    assertThat(scene.guest.state()).isEqualTo(DomainState.Running);
    assertThat(scene.hostC.stateOf(scene.guest.uuid())).isEqualTo(DomainState.Absent);
  }

  @Test
  void aCancelledMoveLetsItsPausedGuestGoOn() throws InterruptedException {
    order(pausing());
    var migration = scene.orderAndStart();
    migration.arrive();
    migration.progress(late(5000));
    await().until(() -> scene.guest.state() == DomainState.Paused);

    scene.api.cancel();

    assertThat(scene.awaitEvidence().source().abortRequested()).isTrue();
    assertThat(scene.guest.state()).isEqualTo(DomainState.Running);
  }

  @Test
  void theNextAgentKnowsOfThePauseAndEndsItInTime() throws InterruptedException {
    order(pausing());
    var migration = scene.orderAndStart();
    migration.arrive();
    migration.progress(late(5000));
    await().until(() -> scene.guest.state() == DomainState.Paused);
    scene.killAgents();
    migration.progress(late(65_000));

    scene.startAgentB();
    scene.startAgentC();

    var status = scene.awaitEvidence();
    assertThat(status.source().givenUp()).isEqualTo(GivenUp.TimedOut);
    assertThat(status.source().pausedToFinish()).isTrue();
    assertThat(scene.guest.state()).isEqualTo(DomainState.Running);
  }

  @Test
  void aPausedGuestWhoseMoveHasGoneFromTheApiIsNotLeftPaused() throws InterruptedException {
    order(pausing());
    var migration = scene.orderAndStart();
    migration.arrive();
    migration.progress(late(5000));
    await().until(() -> scene.guest.state() == DomainState.Paused);
    scene.api.remove();
    scene.leaves();

    migration.progress(late(65_000));

    await().until(() -> scene.guest.state() == DomainState.Running);
    assertThat(migration.abortRequested()).isTrue();
  }

  @Test
  void aGuestThatStoodStillBeforeIsNotPausedButGivenUp() throws InterruptedException {
    order(pausing());
    scene.guest.pause();
    var migration = scene.orderAndStart();
    migration.arrive();
    migration.progress(late(5000));

    var status = scene.awaitEvidence();
    assertThat(status.source().givenUp()).isEqualTo(GivenUp.TimedOut);
    assertThat(status.source().pausedToFinish()).isNull();
    assertThat(status.source().switched()).isEqualTo(Switched.NeverStopped);
  }

  @Test
  void aLibvirtThatIsRestartedWhileTheGuestIsPausedLetsItGoOn() throws InterruptedException {
    order(pausing());
    var migration = scene.orderAndStart();
    migration.arrive();
    migration.progress(late(5000));
    await().until(() -> scene.guest.state() == DomainState.Paused);

    scene.hostB.daemon.kill();
    scene.hostB.daemon.start();

    var status = scene.awaitEvidence();
    assertThat(status.source().switched()).isEqualTo(Switched.MayHaveSwitched);
    assertThat(scene.guest.state()).isEqualTo(DomainState.Running);
  }

  private Integer percent() {
    var progress = scene.api.status().source().progress();
    return progress == null ? null : progress.percent();
  }

  private static Convergence pausing() {
    return ConvergenceBuilder.builder()
        .completionTimeoutSeconds(5)
        .onTimeout(OnTimeout.Pause)
        .build();
  }

  private static Progress late(long elapsedMilliseconds) {
    return ProgressBuilder.builder(copying(1, elapsedMilliseconds == 64_999 ? 911 : 1024))
        .elapsedMilliseconds(elapsedMilliseconds)
        .build();
  }

  private void order(Convergence convergence) {
    scene.api.convergence(convergence);
  }

  private static Progress copying(long pass, long remainingMib) {
    return ProgressBuilder.builder()
        .percent(10)
        .memoryTotalBytes(1L << 30)
        .memoryRemainingBytes(remainingMib << 20)
        .iteration(pass)
        .elapsedMilliseconds(1000L)
        .build();
  }
}
