package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.agent.journal.Part;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Settlement;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SourceState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That a guest starts with its host belongs to whoever has it in the end. */
class AutostartTest extends SceneTest {
  @BeforeEach
  void aGuestThatStartsWithItsHost() {
    scene.hostB.setAutostart(scene.guest.uuid(), true);
  }

  @Test
  void isOffWhileTheGuestIsOnItsWayAndThenWithTheDestination() throws InterruptedException {
    var migration = scene.orderAndStart();
    assertThat(scene.hostB.autostart(scene.guest.uuid())).isFalse();

    migration.succeed();

    scene.awaitEvidence();
    assertThat(scene.hostC.autostart(scene.guest.uuid())).isTrue();
  }

  @Test
  void comesBackWhenTheMoveHasFailed() throws InterruptedException {
    scene.orderAndStart().failBeforeSwitchOver();

    scene.awaitEvidence();
    assertThat(scene.hostB.autostart(scene.guest.uuid())).isTrue();
  }

  /** Though it succeeds, no guest has come: a definition that is there is somebody else's. */
  @Test
  void staysAsItIsOnBothHostsAfterACheck() {
    var before = scene.hostB.changes();
    scene.api.checkOnly();
    scene.orderAndCheck();
    scene.enter(Phase.Settling);
    scene.await(
        "both clean",
        now ->
            now.source().state() == SourceState.CleanedUp
                && now.destination().state() == DestinationState.CleanedUp);
    scene.hostC.define("g1").uuid(scene.guest.uuid());

    scene.enter(Phase.Succeeded);

    await().until(() -> scene.journalIsClosed(Part.Source));
    await().until(() -> scene.journalIsClosed(Part.Destination));
    assertThat(scene.hostB.autostart(scene.guest.uuid())).isTrue();
    assertThat(scene.hostC.autostart(scene.guest.uuid())).isFalse();
    assertThat(scene.hostB.changes()).isEqualTo(before);
    assertThat(scene.hostC.changes()).isEmpty();
  }

  /** By then: whoever has deleted the order has it gone before either host has seen its end. */
  @Test
  void isWithTheGuestOnceTheDestinationHasSeenTheSourceDestroyedByOrder()
      throws InterruptedException {
    scene.orderAndStart().loseReplyAfterStartWithLocks();
    scene.awaitEvidence();
    scene.settle(1, SourceOrder.Destroy, DestinationOrder.None);
    scene.await("order carried out", now -> Integer.valueOf(1).equals(now.source().done()));

    scene.awaitEvidence();

    assertThat(scene.hostC.autostart(scene.guest.uuid())).isTrue();
  }

  @Test
  void isWithTheGuestOnceTheDestinationHasSeenTheSourceFenced() throws InterruptedException {
    scene.orderAndStart().finish();
    scene.killAgentB();
    scene.hostB.losePower();

    scene.api.operator(
        status ->
            LiveMigrationStatusBuilder.builder(status)
                .phase(Phase.Settling)
                .settlement(
                    new Settlement(
                        Scene.ATTEMPT,
                        1,
                        "SourceFenced",
                        SourceOrder.None,
                        DestinationOrder.None,
                        "boot-of-host-b"))
                .build());
    scene.await("look at the copy", now -> Integer.valueOf(1).equals(now.destination().done()));

    assertThat(scene.hostC.autostart(scene.guest.uuid())).isTrue();
  }

  @Test
  void goesWithTheGuestThoughTheApiServerHasForgottenWhatItNeeds() throws InterruptedException {
    var migration = scene.orderAndStart();
    scene.api.operator(status -> LiveMigrationStatusBuilder.builder(status).source(null).build());
    scene.reread();

    migration.succeed();

    assertThat(scene.awaitEvidence().source().needs()).isNull();
    assertThat(scene.hostC.autostart(scene.guest.uuid())).isTrue();
  }

  /** Whoever deletes it while it settles has it gone before the destination has seen its end. */
  @Test
  void goesWithTheGuestAlsoWhenTheObjectHasGoneMeanwhile() throws InterruptedException {
    scene.orderAndStart().loseReplyAfterStartWithLocks();
    scene.awaitEvidence();
    scene.settle(1, SourceOrder.Destroy, DestinationOrder.None);
    scene.await("order carried out", now -> Integer.valueOf(1).equals(now.source().done()));

    scene.api.remove();
    scene.leaves();

    await().until(() -> scene.journalIsClosed(Part.Destination));
    assertThat(scene.hostC.autostart(scene.guest.uuid())).isTrue();
  }
}
