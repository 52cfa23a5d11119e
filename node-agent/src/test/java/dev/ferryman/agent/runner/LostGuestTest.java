package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.agent.journal.Part;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Settlement;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What agents do with the rest of a guest of which a half has ended in post-copy. */
class LostGuestTest extends PostCopySceneTest {
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
    awaitPostCopy();
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
}
