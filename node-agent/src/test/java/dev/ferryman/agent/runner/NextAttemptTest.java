package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.agent.journal.Part;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.FailedAttempt;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An attempt failed at host-c with the guest untouched, and another host is tried. */
class NextAttemptTest extends SceneTest {
  private void failFirst() throws InterruptedException {
    scene.orderAndStart().failBeforeSwitchOver();
    scene.awaitEvidence();
    scene.enter(Phase.Settling);
  }

  private void awaitClosed(Part part) {
    await("first attempt closed as " + part).until(() -> scene.journalIsClosed(part));
  }

  @Test
  void theSourceTakesTheNextAttemptAndClosesTheOneBefore() throws InterruptedException {
    failFirst();
    scene.orderNext("host-d");

    awaitClosed(Part.Source);
    scene.await(
        "needs of the second attempt",
        status ->
            status.source().attemptUID().equals(FakeMigrationApi.UID + "/2")
                && status.source().state() == SourceState.Checking
                && status.source().needs() != null);
    assertThat(scene.hostB.stateOf(scene.guest.uuid())).isEqualTo(DomainState.Running);
  }

  /** Else a copy that comes to light there is in the way of every next attempt. */
  @Test
  void whatAFailedAttemptHasLeftGoesWhileAnotherHostIsLookedFor() throws InterruptedException {
    failFirst();
    scene.api.operator(
        status ->
            LiveMigrationStatusBuilder.builder(status)
                .phase(Phase.Pending)
                .failedAttempts(List.of(new FailedAttempt(1, "host-c", "DestinationLost", "")))
                .build());

    awaitClosed(Part.Source);
    awaitClosed(Part.Destination);
  }

  @Test
  void betweenTwoAttemptsNothingIsDone() throws InterruptedException {
    failFirst();
    var before = scene.api.sourceReports();
    scene.enter(Phase.Pending);
    scene.look(scene.api.object());

    assertThat(scene.journalIsClosed(Part.Source)).isFalse();
    assertThat(scene.api.sourceReports()).isEqualTo(before);
  }

  @Test
  void aDestinationThatLostItsLabelJustBeforeLooksUntilTheNextHasBegun()
      throws InterruptedException {
    failFirst();
    scene.enter(Phase.Pending);
    scene.api.forgetWatchers();
    var reads = scene.api.reads();
    scene.leaves();
    await("a look at the object").until(() -> scene.api.reads() > reads + 1);
    assertThat(scene.journalIsClosed(Part.Destination)).isFalse();

    scene.orderNext("host-d");

    awaitClosed(Part.Destination);
  }

  @Test
  void aDefinitionThatIsLeftOfTheAttemptBeforeIsRemoved() throws InterruptedException {
    failFirst();
    scene.killAgents();
    scene.hostC.define("g1").uuid(scene.guest.uuid()).mark(Scene.ATTEMPT);
    scene.orderNext("host-d");
    scene.startAgentB();
    scene.startAgentC();

    awaitClosed(Part.Destination);
    assertThat(scene.hostC.stateOf(scene.guest.uuid())).isEqualTo(DomainState.Absent);
    assertThat(scene.hostB.stateOf(scene.guest.uuid())).isEqualTo(DomainState.Running);
  }

  /**
   * The guest has moved on by the second attempt, so the source's libvirt says that it has left.
   */
  @Test
  void aCopyOfTheAttemptBeforeNeverGoesOn() throws InterruptedException {
    scene.withoutImageLocks();
    var migration = scene.orderAndStart(SwitchoverMode.Strict);
    migration.arrive();
    migration.switchOver();
    scene.killAgents();
    migration.finish();
    migration.confirm();
    scene.orderNext("host-d");
    scene.startAgentC();

    awaitClosed(Part.Destination);
    assertThat(scene.world.runningCopies(scene.guest.uuid())).isZero();
  }
}
