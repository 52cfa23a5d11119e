package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.agent.journal.Part;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import org.junit.jupiter.api.Test;

/** A guest that has ended after its move is nobody's open attempt: it can be moved again. */
class EndedGuestTest extends SceneTest {
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
