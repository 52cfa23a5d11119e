package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.agent.journal.Part;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guest that has ended after its move is nobody's open attempt: it can be moved again. */
class EndedGuestTest {
  @TempDir Path directory;
  private Scene scene;

  @BeforeEach
  void setTheScene() {
    scene = new Scene(directory);
  }

  @AfterEach
  void end() {
    scene.close();
  }

  @Test
  void attemptIsClosedAndTheInstanceKeptWhereItEndedBeforeTheOutcomeWasWritten()
      throws InterruptedException {
    scene.orderAndStart().succeed();
    scene.awaitEvidence();
    scene.hostC.destroy(scene.guest.uuid());
    scene.await("its end", now -> now.destination().domain().state() == DomainState.ShutOff);

    scene.enter(Phase.Failed);

    await().until(() -> scene.journalIsClosed(Part.Destination));
    assertThat(scene.hostC.stateOf(scene.guest.uuid())).isEqualTo(DomainState.ShutOff);
  }
}
