package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.agent.journal.Part;
import dev.ferryman.agent.libvirt.FakeMigration;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.Convergence;
import dev.ferryman.crds.livemigration.ConvergenceBuilder;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.OnTimeout;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Progress;
import dev.ferryman.crds.livemigration.ProgressBuilder;
import dev.ferryman.crds.livemigration.Settlement;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What both agents do with a guest that goes on at its destination before all of it is there. */
class PostCopyTest extends SceneTest {
  private static final String RESUMED = "resume post-copy ";

  @BeforeEach
  void anOrderWithPostCopy() {
    scene.api.convergence(postCopy(1));
  }

  @Test
  void aLateGuestGoesOnAtItsDestinationAndTheRestOfItFollows() throws InterruptedException {
    var migration = inPostCopy();
    migration.progress(late(2, 300));
    scene.await("progress", status -> percent(status) == 30);

    migration.postCopy.finish();

    var source = scene.awaitEvidence().source();
    assertThat(source.postCopyStarted()).isTrue();
    assertThat(source.givenUp()).isNull();
    assertThat(source.switched()).isEqualTo(Switched.Gone);
    assertThat(source.sinceSwitchover()).isEqualTo(SinceSwitchover.StoodStill);
    assertThat(source.statistics()).isEqualTo(FakeMigration.STATISTICS);
    assertThat(scene.hostC.stateOf(scene.guest.uuid())).isEqualTo(DomainState.Running);
    assertThat(scene.world.runningCopies(scene.guest.uuid())).isOne();
  }

  @Test
  void itIsNotBegunBeforeTheMemoryWasCopiedOnce() throws InterruptedException {
    var migration = scene.orderAndStart();
    migration.arrive();
    migration.progress(late(1, 100));
    scene.await("progress", status -> percent(status) == 10);
    migration.progress(late(1, 200));
    scene.await("progress", status -> percent(status) == 20);
    assertThat(scene.hostB.changes()).doesNotContain("post-copy " + scene.guest.uuid());
    assertThat(migration.abortRequested()).isFalse();

    migration.progress(late(2, 300));

    scene.await("post-copy", PostCopyTest::isInPostCopy);
    migration.postCopy.finish();
  }

  @Test
  void aCancelInPostCopyAsksLibvirtForNothing() throws InterruptedException {
    var migration = inPostCopy();

    scene.api.cancel();
    migration.progress(late(2, 400));
    scene.await("progress", status -> percent(status) == 40);

    assertThat(scene.hostB.changes()).doesNotContain("abort " + scene.guest.uuid());
    migration.postCopy.finish();
    var source = scene.awaitEvidence().source();
    assertThat(source.abortRequested()).isNull();
    assertThat(source.switched()).isEqualTo(Switched.Gone);
  }

  @Test
  void aCancelBeforeLibvirtHasGoneOverStillEndsTheJob() throws InterruptedException {
    var migration = scene.orderAndStart();
    migration.arrive();
    migration.postCopy.hold();
    migration.progress(late(2, 100));
    scene.await("progress", status -> percent(status) == 10);
    migration.progress(late(2, 200));
    await().until(() -> scene.hostB.changes().contains("post-copy " + scene.guest.uuid()));
    assertThat(scene.api.status().source().postCopyStarted()).isNull();

    scene.api.cancel();

    var source = scene.awaitEvidence().source();
    assertThat(source.abortRequested()).isTrue();
    assertThat(source.postCopyStarted()).isNull();
    assertThat(source.switched()).isEqualTo(Switched.NeverStopped);
  }

  @Test
  void aPostCopyThatAPersonHasBegunIsKnownForOne() throws InterruptedException {
    scene.api.convergence(postCopy(0));
    var migration = scene.orderAndStart();
    migration.arrive();

    migration.postCopy.begin();
    migration.progress(late(2, 300));
    scene.await("post-copy", PostCopyTest::isInPostCopy);
    scene.api.cancel();

    migration.progress(late(2, 400));
    scene.await("progress", status -> percent(status) == 40);
    assertThat(scene.hostB.changes()).doesNotContain("abort " + scene.guest.uuid());
    migration.postCopy.finish();
  }

  @Test
  void aGuestThatIsPausedIsRefused() {
    scene.guest.pause();

    scene.order();

    var status =
        scene.await(
            "a refusal",
            now -> now.source() != null && now.source().state() == SourceState.Refused);
    assertThat(status.source().checks())
        .filteredOn(check -> check.outcome() == CheckOutcome.Fail)
        .singleElement()
        .satisfies(check -> assertThat(check.reason()).isEqualTo("PostCopyUnsupported"));
  }

  @Test
  void theNextAgentTakesUpAPostCopyAndLeavesItAlone() throws InterruptedException {
    var migration = inPostCopy();
    scene.killAgents();
    migration.progress(late(2, 500));
    scene.api.cancel();

    scene.startAgentB();
    scene.startAgentC();

    scene.await("progress", status -> percent(status) == 50);
    assertThat(scene.hostB.changes()).doesNotContain("abort " + scene.guest.uuid());
    migration.postCopy.finish();
    assertThat(scene.awaitEvidence().source().switched()).isEqualTo(Switched.Gone);
  }

  @Test
  void aPostCopyThatBeganWhileNoAgentWasThereIsKnownToTheNext() throws InterruptedException {
    var migration = scene.orderAndStart();
    migration.arrive();
    scene.killAgents();
    migration.postCopy.begin();
    migration.progress(late(2, 600));

    scene.startAgentB();
    scene.startAgentC();

    scene.await("post-copy", PostCopyTest::isInPostCopy);
    migration.postCopy.finish();
  }

  @Test
  void libvirtdThatDiesDoesNotEndItAndTheDefinitionThatItLeavesIsOrderedAway()
      throws InterruptedException {
    var migration = inPostCopy();
    scene.hostB.daemon.kill();
    scene.hostB.daemon.start();
    migration.progress(late(2, 700));
    scene.await("progress", status -> percent(status) == 70);
    assertThat(scene.api.status().source().endSequence()).isNull();

    migration.postCopy.finish();

    var status = scene.awaitEvidence();
    assertThat(status.source().switched()).isEqualTo(Switched.Gone);
    assertThat(status.source().domain().state()).isEqualTo(DomainState.ShutOff);
    assertThat(percent(status)).isEqualTo(100);
    scene.settle(1, SourceOrder.Undefine, DestinationOrder.None);
    scene.await("the order", now -> Integer.valueOf(1).equals(now.source().done()));
    assertThat(scene.hostB.stateOf(scene.guest.uuid())).isEqualTo(DomainState.Absent);
    assertThat(scene.hostC.stateOf(scene.guest.uuid())).isEqualTo(DomainState.Running);
  }

  @Test
  void aPostCopyThatLibvirtHasLostSightOfIsToldAsItIsAndAsItEnds() throws InterruptedException {
    var migration = inPostCopy();

    migration.postCopy.loseControl();

    var lost = scene.awaitEvidence();
    assertThat(lost.source().switched()).isEqualTo(Switched.MayHaveSwitched);
    assertThat(lost.source().domain().reason()).isEqualTo("post-copy failed");
    assertThat(lost.destination().domain().reason()).isEqualTo("post-copy");
    migration.postCopy.finish();
    scene.await(
        "the end",
        status ->
            status.source().switched() == Switched.Gone
                && "migrated".equals(status.destination().domain().reason()));
  }

  @Test
  void aBrokenStreamIsGoneOnWithWhenThatIsOrdered() throws InterruptedException {
    var migration = inPostCopy();
    migration.postCopy.breakStream();
    var broken = scene.awaitEvidence();
    assertThat(broken.source().domain().reason()).isEqualTo("post-copy failed");
    assertThat(broken.destination().domain().reason()).isEqualTo("post-copy failed");
    assertThat(resumptions()).isZero();

    scene.settle(1, SourceOrder.ResumePostCopy, DestinationOrder.None);

    await().until(() -> resumptions() == 1);
    scene.await("the stream", now -> "post-copy".equals(now.source().domain().reason()));
    assertThat(scene.api.status().source().done()).isNull();
    migration.postCopy.finish();
    var status = scene.await("the order", now -> Integer.valueOf(1).equals(now.source().done()));
    assertThat(status.source().switched()).isEqualTo(Switched.Gone);
    assertThat(percent(status)).isEqualTo(100);
    assertThat(scene.hostB.stateOf(scene.guest.uuid())).isEqualTo(DomainState.Absent);
  }

  @Test
  void whatCannotBeGoneOnWithYetIsTriedAgain() throws InterruptedException {
    var migration = inPostCopy();
    migration.postCopy.breakStream();
    scene.awaitEvidence();
    scene.world.cut("host-b", "host-c");
    scene.settle(1, SourceOrder.ResumePostCopy, DestinationOrder.None);
    scene.await("an answer", now -> now.source().done() == null);
    scene.world.mend("host-b", "host-c");

    scene.await("the stream", now -> "post-copy".equals(now.source().domain().reason()));
    migration.postCopy.breakStream();
    scene.await("the break", now -> "post-copy failed".equals(now.source().domain().reason()));

    scene.await("the stream again", now -> "post-copy".equals(now.source().domain().reason()));
    migration.postCopy.finish();
    scene.await("the order", now -> Integer.valueOf(1).equals(now.source().done()));
  }

  /** libvirt 9.0 would forget the job. */
  @Test
  void aStreamThatGoesOnIsNeverAskedToGoOn() throws InterruptedException {
    var migration = inPostCopy();
    migration.postCopy.breakStream();
    scene.awaitEvidence();
    scene.settle(1, SourceOrder.ResumePostCopy, DestinationOrder.None);
    scene.await("the stream", now -> "post-copy".equals(now.source().domain().reason()));

    scene.killAgents();
    scene.hostB.daemon.kill();
    scene.hostB.daemon.start();
    scene.startAgentB();
    scene.startAgentC();

    migration.postCopy.finish();
    scene.await("the order", now -> Integer.valueOf(1).equals(now.source().done()));
    assertThat(resumptions()).isOne();
  }

  @Test
  void theNextAgentCarriesTheOrderOut() throws InterruptedException {
    var migration = inPostCopy();
    migration.postCopy.breakStream();
    scene.awaitEvidence();
    scene.killAgents();
    scene.settle(1, SourceOrder.ResumePostCopy, DestinationOrder.None);

    scene.startAgentB();
    scene.startAgentC();

    scene.await("the stream", now -> "post-copy".equals(now.source().domain().reason()));
    migration.postCopy.finish();
    scene.await("the order", now -> Integer.valueOf(1).equals(now.source().done()));
  }

  @Test
  void neitherHalfIsEndedByTheOrdersOfOtherMoves() throws InterruptedException {
    inPostCopy().postCopy.breakStream();
    scene.awaitEvidence();

    scene.settle(1, SourceOrder.Destroy, DestinationOrder.Destroy);
    scene.await("the orders", now -> Integer.valueOf(1).equals(now.source().done()));
    scene.settle(2, SourceOrder.Resume, DestinationOrder.Undefine);
    scene.await(
        "the orders",
        now ->
            Integer.valueOf(2).equals(now.source().done())
                && Integer.valueOf(2).equals(now.destination().done()));

    assertThat(scene.guest.state()).isEqualTo(DomainState.Paused);
    assertThat(scene.hostC.stateOf(scene.guest.uuid())).isEqualTo(DomainState.Running);
  }

  @Test
  void whatIsLeftAtTheSourceOfALostGuestIsEndedAndStaysDefined() throws InterruptedException {
    inPostCopy();
    scene.hostC.find(scene.guest.uuid()).orElseThrow().crash();
    var lost = scene.awaitEvidence();
    assertThat(lost.source().domain().reason()).isEqualTo("post-copy failed");
    assertThat(lost.destination().domain().state()).isEqualTo(DomainState.ShutOff);

    scene.settle(1, SourceOrder.DestroyRemains, DestinationOrder.None);

    var status = scene.await("the order", now -> Integer.valueOf(1).equals(now.source().done()));
    assertThat(status.source().switched()).isEqualTo(Switched.Gone);
    assertThat(scene.guest.state()).isEqualTo(DomainState.ShutOff);
  }

  @Test
  void aPostCopyWhoseMoveHasGoneFromTheApiEndsByItselfAndLeavesNothing()
      throws InterruptedException {
    var migration = inPostCopy();
    migration.postCopy.loseControl();
    scene.awaitEvidence();
    scene.api.remove();
    scene.leaves();
    await().until(() -> !scene.orphaned.isEmpty());
    assertThat(scene.journalIsClosed(Part.Source)).isFalse();

    migration.postCopy.finish();

    await().until(() -> scene.journalIsClosed(Part.Source));
    assertThat(scene.hostB.stateOf(scene.guest.uuid())).isEqualTo(DomainState.Absent);
    assertThat(scene.hostC.stateOf(scene.guest.uuid())).isEqualTo(DomainState.Running);
  }

  @Test
  void aCallThatDoesNotComeBackFromAHalfThatIsGoneIsNotWaitedForForEver()
      throws InterruptedException {
    var migration = inPostCopy();
    migration.holdCall();
    scene.guest.crash();
    await().until(() -> scene.hostB.stateOf(scene.guest.uuid()) == DomainState.ShutOff);
    assertThat(scene.api.status().source().endSequence()).isNull();

    // One look has to see it so before the time has passed.
    await()
        .until(
            () -> {
              scene.pass(Duration.ofSeconds(46));
              return scene.api.status().source().endSequence() != null;
            });

    var source = scene.awaitEvidence().source();
    assertThat(source.switched()).isEqualTo(Switched.Gone);
    assertThat(source.domain().reason()).isEqualTo("crashed");
    assertThat(source.result().message()).contains("does not come back");

    migration.letCallReturn();
    scene.enter(Phase.Failed);
    await().until(() -> scene.journalIsClosed(Part.Source));
  }

  @Test
  void theEntryOfALostGuestCloses() throws InterruptedException {
    inPostCopy();
    scene.guest.crash();
    var status = scene.awaitEvidence();
    assertThat(status.source().switched()).isEqualTo(Switched.Gone);
    assertThat(status.destination().domain().reason()).isEqualTo("post-copy failed");

    scene.enter(Phase.Settling);
    scene.enter(Phase.Failed);

    await().until(() -> scene.journalIsClosed(Part.Source));
    await().until(() -> scene.journalIsClosed(Part.Destination));
    assertThat(scene.hostB.find(scene.guest.uuid())).as("its definition").isPresent();
  }

  /** Nobody saw the copy run, and neither libvirt remembers how its own has ended. */
  @Test
  void theDefinitionAtTheDestinationOfAGuestThatEndedUnseenIsItsLast() throws InterruptedException {
    var migration = scene.orderAndStart();
    migration.arrive();
    scene.killAgents();
    migration.postCopy.begin();
    scene.hostB.daemon.kill();
    scene.hostB.daemon.start();
    scene.startAgentB();
    scene.await("post-copy", PostCopyTest::isInPostCopy);
    migration.postCopy.finish();
    scene.hostC.find(scene.guest.uuid()).orElseThrow().crash();
    for (var host : List.of(scene.hostB, scene.hostC)) {
      host.daemon.kill();
      host.daemon.start();
    }
    scene.startAgentC();

    var status = scene.awaitEvidence();
    assertThat(status.source().domain().reason()).isEqualTo("unknown");
    assertThat(status.destination().domain().reason()).isEqualTo("unknown");
    assertThat(status.destination().started()).isEqualTo(Started.Unknown);
    assertThat(status.destination().state()).isEqualTo(DestinationState.CleanedUp);
    scene.enter(Phase.Failed);
    await().until(() -> scene.journalIsClosed(Part.Destination));
    assertThat(scene.hostC.find(scene.guest.uuid())).isPresent();
  }

  @Test
  void aSourceThatWasFencedWhenItsGuestWasLostOwesItsDefinition() throws InterruptedException {
    inPostCopy();
    scene.guest.crash();
    scene.awaitEvidence();

    scene.api.operator(
        status ->
            LiveMigrationStatusBuilder.builder(status)
                .phase(Phase.Failed)
                .settlement(
                    new Settlement(
                        Scene.ATTEMPT,
                        1,
                        "test",
                        SourceOrder.None,
                        DestinationOrder.None,
                        status.source().bootID()))
                .conditions(
                    List.of(
                        new ConditionBuilder()
                            .withType("Succeeded")
                            .withStatus("False")
                            .withReason("GuestLost")
                            .build()))
                .build());

    await().until(() -> scene.journalIsClosed(Part.Source));
    assertThat(scene.hostB.find(scene.guest.uuid())).isEmpty();
  }

  private FakeMigration inPostCopy() throws InterruptedException {
    var migration = scene.orderAndStart();
    migration.arrive();
    migration.progress(late(2, 100));
    scene.await("progress", status -> percent(status) == 10);
    migration.progress(late(2, 200));
    scene.await("post-copy", PostCopyTest::isInPostCopy);
    return migration;
  }

  private long resumptions() {
    return scene.hostB.changes().stream().filter((RESUMED + scene.guest.uuid())::equals).count();
  }

  private static boolean isInPostCopy(LiveMigrationStatus status) {
    return status.source() != null && Boolean.TRUE.equals(status.source().postCopyStarted());
  }

  private static int percent(LiveMigrationStatus status) {
    var progress = status.source() == null ? null : status.source().progress();
    return progress == null ? 0 : progress.percent();
  }

  private static Convergence postCopy(int timeoutSeconds) {
    return ConvergenceBuilder.builder()
        .completionTimeoutSeconds(timeoutSeconds)
        .onTimeout(OnTimeout.PostCopy)
        .build();
  }

  /** Later than the order allows. */
  private static Progress late(long pass, long sentMib) {
    return ProgressBuilder.builder()
        .percent(0)
        .memoryTotalBytes(1000L << 20)
        .memoryProcessedBytes(sentMib << 20)
        .memoryRemainingBytes((1000 - sentMib) << 20)
        .iteration(pass)
        .elapsedMilliseconds(5000 + sentMib)
        .build();
  }
}
