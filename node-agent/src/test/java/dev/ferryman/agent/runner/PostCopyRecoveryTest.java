package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import org.junit.jupiter.api.Test;

/** What agents do with a post-copy whose stream has broken, or that libvirt has lost sight of. */
class PostCopyRecoveryTest extends PostCopySceneTest {
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
  void aHalfThatARestartedLibvirtdEndsWithoutAnEventIsToldOf() throws InterruptedException {
    inPostCopy();
    scene.killAgents();
    scene.hostC.daemon.kill();
    scene.hostC.daemon.start();
    scene.startAgentB();
    scene.startAgentC();
    var daemon = scene.hostC.daemonStartTicks().getAsLong();
    var read =
        scene.await(
            "a look at it in the new daemon",
            now ->
                Long.valueOf(daemon).equals(now.destination().libvirtdStartTime())
                    && now.source().endSequence() != null
                    && now.source().endSequence().equals(now.destination().peerSequence()));
    assertThat(read.destination().domain().state()).isEqualTo(DomainState.Running);

    scene.hostC.find(scene.guest.uuid()).orElseThrow().endWithDaemon();

    var end = scene.await("its end", now -> !now.destination().domain().state().isActive());
    assertThat(end.destination().started()).isEqualTo(Started.Started);
    assertThat(end.source().domain().state()).isEqualTo(DomainState.Paused);
  }

  @Test
  void theSourcesHalfThatARestartedLibvirtdEndsWithoutAnEventIsToldOf()
      throws InterruptedException {
    var migration = inPostCopy();
    migration.postCopy.loseControl();
    scene.hostB.daemon.kill();
    scene.hostB.daemon.start();
    var daemon = scene.hostB.daemonStartTicks().getAsLong();
    var read =
        scene.await(
            "a look at it in the new daemon",
            now ->
                now.source().endSequence() != null
                    && Long.valueOf(daemon).equals(now.source().libvirtdStartTime()));
    assertThat(read.source().domain().state()).isEqualTo(DomainState.Paused);

    scene.guest.endWithDaemon();

    var end = scene.await("its end", now -> !now.source().domain().state().isActive());
    assertThat(end.source().switched()).isEqualTo(Switched.Gone);
  }

  private long resumptions() {
    return scene.hostB.changes().stream()
        .filter(("resume post-copy " + scene.guest.uuid())::equals)
        .count();
  }
}
