package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.agent.journal.Part;
import dev.ferryman.agent.runner.FakeMigrationApi.Weather;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import org.junit.jupiter.api.Test;

/** One attempt makes one call, whoever dies or cannot be reached in between. */
class AdoptionTest extends SceneTest {
  @Test
  void lostAnswerToStartingLeadsToOneCall() throws InterruptedException {
    scene.orderAndCheck();
    scene.api.weather(Weather.AnswerLost);
    scene.api.operator(
        status -> LiveMigrationStatusBuilder.builder(status).phase(Phase.Migrating).build());
    scene.api.weather(Weather.Fine);

    scene.hostB.migrations.await(scene.guest.uuid()).succeed();

    scene.awaitEvidence();
    assertThat(scene.hostB.migrations.calls(scene.guest.uuid())).isEqualTo(1);
  }

  @Test
  void libvirtIsNotCalledWhileTheApiIsDown() throws InterruptedException {
    scene.orderAndCheck();
    scene.api.operator(
        status -> LiveMigrationStatusBuilder.builder(status).phase(Phase.Migrating).build());
    scene.hostB.migrations.await(scene.guest.uuid());
    assertThat(scene.api.status().source().state()).isEqualTo(SourceState.Starting);
    scene.api.weather(Weather.Down);

    scene.hostB.migrations.await(scene.guest.uuid()).succeed();
    await().until(() -> scene.guest.state() == DomainState.Absent);
    assertThat(scene.api.status().source().endSequence()).isNull();
    scene.api.weather(Weather.Fine);

    assertThat(scene.awaitEvidence().source().switched()).isEqualTo(Switched.Gone);
  }

  @Test
  void newAgentsAdoptARunningJob() throws InterruptedException {
    var migration = scene.orderAndStart();
    migration.arrive();
    scene.killAgents();
    scene.startAgentB();
    scene.startAgentC();

    migration.succeed();

    var status = scene.awaitEvidence();
    assertThat(status.source().switched()).isEqualTo(Switched.Gone);
    assertThat(status.source().result().code()).isEqualTo(CallResult.UNKNOWN);
    assertThat(status.destination().started()).isEqualTo(Started.Started);
    assertThat(scene.hostB.migrations.calls(scene.guest.uuid())).isEqualTo(1);
  }

  @Test
  void newAgentsFindAJobThatEndedWithoutThem() throws InterruptedException {
    var migration = scene.orderAndStart();
    scene.killAgents();
    migration.succeed();

    scene.startAgentB();
    scene.startAgentC();

    var status = scene.awaitEvidence();
    assertThat(status.source().switched()).isEqualTo(Switched.Gone);
    assertThat(status.destination().started()).isEqualTo(Started.Started);
    assertThat(scene.hostB.migrations.calls(scene.guest.uuid())).isEqualTo(1);
  }

  @Test
  void newAgentsGoOnWithUnfinishedChecks() {
    scene.hostC.daemon.hang();
    scene.order();
    scene.await("source checks", status -> status.source() != null);
    scene.killAgents();
    scene.hostC.daemon.goOn();

    scene.startAgentB();
    scene.startAgentC();

    scene.await("checked", status -> status.source().state() == SourceState.Checked);
  }

  @Test
  void attemptThatTheJournalKnowsIsNotRunAgain() throws InterruptedException {
    scene.orderAndStart().succeed();
    scene.awaitEvidence();
    scene.enter(Phase.Succeeded);
    await()
        .until(() -> scene.journalIsClosed(Part.Source) && scene.journalIsClosed(Part.Destination));

    scene.api.operator(
        status ->
            LiveMigrationStatusBuilder.builder(status)
                .phase(null)
                .source(null)
                .destination(null)
                .build());
    scene.order();

    scene.await(
        "refused",
        status ->
            status.source() != null
                && status.source().state() == SourceState.Refused
                && status.destination() != null
                && status.destination().state() == DestinationState.Refused);
    assertThat(scene.api.status().source().checks())
        .extracting(Check::reason)
        .contains("AlreadyRan");
    assertThat(scene.hostB.migrations.calls(scene.guest.uuid())).isEqualTo(1);
  }

  @Test
  void evidenceIsReadAnewByANewAgent() throws InterruptedException {
    scene.orderAndStart().succeed();
    scene.awaitEvidence();
    scene.killAgents();
    scene.hostC.destroy(scene.guest.uuid());

    scene.startAgentB();
    scene.startAgentC();

    scene.await(
        "the guest has ended",
        status -> status.destination().domain().state() == DomainState.ShutOff);
  }
}
