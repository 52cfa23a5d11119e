package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.agent.journal.Part;
import dev.ferryman.agent.libvirt.FakeMigration;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Switched;
import org.junit.jupiter.api.Test;

/** What both agents do with a guest that goes on at its destination before all of it is there. */
class PostCopyTest extends PostCopySceneTest {
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

    awaitPostCopy();
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
    awaitPostCopy();
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

    awaitPostCopy();
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
}
