package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.agent.journal.Part;
import dev.ferryman.agent.runner.FakeMigrationApi.Weather;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import org.junit.jupiter.api.Test;

/** What a watch has missed is found all the same. */
class MissedWordsTest extends SceneTest {
  @Test
  void endThatTheWatchMissedIsFoundByReading() throws InterruptedException {
    endUnheard();

    scene.api.weather(Weather.Down);
    scene.leaves();
    scene.api.weather(Weather.Fine);

    awaitClosed();
  }

  @Test
  void endThatTheWatchMissedIsFoundByTheNextLook() throws InterruptedException {
    endUnheard();

    scene.look(scene.api.object());

    awaitClosed();
    assertThat(scene.api.reads()).as("objects read one by one").isZero();
  }

  @Test
  void endOfWhatHasLostItsLabelUnheardIsFoundByTheNextLook() throws InterruptedException {
    endUnheard();

    scene.look();

    awaitClosed();
  }

  @Test
  void attemptThatTheListedObjectIsNotAboutIsRead() throws InterruptedException {
    endUnheard();
    var other = new LiveMigration();
    other.setMetadata(scene.api.object().getMetadata());

    scene.look(other);

    awaitClosed();
  }

  /** That its version is higher than the last one known proves nothing. */
  @Test
  void wordThatTheApiServerHasForgottenIsSaidAgain() throws InterruptedException {
    scene.orderAndStart().succeed();
    scene.awaitEvidence();
    scene.enter(Phase.Succeeded);
    awaitClosed();
    forgetAllSinceChecking();
    awaitRefused();
    forgetAllSinceChecking();

    scene.reread();

    awaitRefused();
  }

  private void forgetAllSinceChecking() {
    scene.api.operator(
        status ->
            LiveMigrationStatusBuilder.builder(status)
                .phase(Phase.Checking)
                .source(null)
                .destination(null)
                .build());
  }

  private void awaitRefused() {
    scene.await(
        "both have run it before",
        now ->
            now.source() != null
                && now.source().state() == SourceState.Refused
                && now.destination() != null
                && now.destination().state() == DestinationState.Refused);
  }

  private void endUnheard() throws InterruptedException {
    scene.orderAndStart().succeed();
    scene.awaitEvidence();
    scene.api.forgetWatchers();
    scene.enter(Phase.Succeeded);
  }

  private void awaitClosed() {
    await()
        .until(() -> scene.journalIsClosed(Part.Source) && scene.journalIsClosed(Part.Destination));
  }
}
