package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.agent.journal.Part;
import dev.ferryman.agent.libvirt.FakeMigration;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceReportBuilder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import org.junit.jupiter.api.Test;

/** What the destination's host keeps and removes once the outcome is told. */
class DestinationClosingTest extends SceneTest {
  @Test
  void anAttemptWhoseGuestEndedRightAfterTheMoveIsClosed() throws InterruptedException {
    scene.orderAndStart().succeed();
    scene.awaitEvidence();
    scene.hostC.find(scene.guest.uuid()).orElseThrow().crash();

    scene.enter(Phase.Failed);

    awaitClosed();
    assertThat(scene.hostC.stateOf(scene.guest.uuid())).isEqualTo(DomainState.ShutOff);
  }

  @Test
  void aDefinitionIsRemovedWhereTheGuestNeverStoppedAtItsSource() throws InterruptedException {
    var migration = scene.orderAndStart();
    scene.hostC.define("g1").mark(Scene.ATTEMPT);
    scene.hostC.daemon.kill();
    scene.hostC.daemon.start();
    assertThat(migration.stage()).isEqualTo(FakeMigration.Stage.Over);
    var status = scene.awaitEvidence();
    assertThat(status.source().switched()).isEqualTo(Switched.NeverStopped);
    assertThat(status.destination().started()).isEqualTo(Started.Unknown);

    scene.enter(Phase.Failed);

    awaitClosed();
    assertThat(scene.hostC.stateOf(scene.guest.uuid())).isEqualTo(DomainState.Absent);
  }

  @Test
  void theOnlyCopyOfAPausedGuestIsKeptWhereTheMoveWasForgotten() throws InterruptedException {
    scene.guest.pause();
    scene.orderAndStart().succeed();
    scene.awaitEvidence();

    scene.api.operator(
        status ->
            LiveMigrationStatusBuilder.builder(status)
                .phase(Phase.Failed)
                .source(
                    SourceReportBuilder.builder(status.source())
                        .state(SourceState.Refused)
                        .switched(null)
                        .endSequence(null)
                        .build())
                .build());

    awaitClosed();
    assertThat(scene.hostC.stateOf(scene.guest.uuid())).isEqualTo(DomainState.Paused);
  }

  @Test
  void aPausedGuestsCopyHasNeverRunThoughTheAgentWasAway() throws InterruptedException {
    scene.guest.pause();
    var migration = scene.orderAndStart();
    migration.arrive();
    scene.killAgents();
    scene.startAgentB();
    scene.startAgentC();
    migration.loseReplyAfterStart();

    var status = scene.awaitEvidence();

    assertThat(status.source().switched()).isEqualTo(Switched.NeverStopped);
    assertThat(status.destination().domain().state()).isEqualTo(DomainState.Paused);
    assertThat(status.destination().started()).isEqualTo(Started.NeverStarted);
  }

  private void awaitClosed() {
    await("the journal's entry is closed").until(() -> scene.journalIsClosed(Part.Destination));
  }
}
