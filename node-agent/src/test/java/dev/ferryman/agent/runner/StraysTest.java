package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.agent.journal.Part;
import dev.ferryman.agent.libvirt.MigrationRequest;
import dev.ferryman.agent.libvirt.XmlForm;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Switched;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Migrations that no order stands for, and orders that go while theirs is under way. */
class StraysTest extends SceneTest {
  @Test
  void objectThatGoesUnderWayLeavesTheJobAloneAndNothingBehind() throws InterruptedException {
    var migration = scene.orderAndStart();
    scene.api.remove();
    scene.leaves();
    await().until(() -> scene.orphaned.size() == 2);
    assertThat(migration.abortRequested()).isFalse();

    migration.succeed();

    await()
        .until(() -> scene.journalIsClosed(Part.Source) && scene.journalIsClosed(Part.Destination));
    assertThat(scene.world.runningCopies(scene.guest.uuid())).isEqualTo(1);
  }

  @Test
  void migrationThatNobodyOrderedIsToldOfAndLeftAlone() throws InterruptedException {
    var guest = scene.hostB.define("by-hand").start();
    var request =
        new MigrationRequest(
            guest.uuid(),
            "qemu+tls://host-c/system",
            "",
            scene.hostB.migratableXml(guest.uuid(), XmlForm.Live),
            scene.hostB.migratableXml(guest.uuid(), XmlForm.Persistent),
            true,
            false);
    var call = CompletableFuture.supplyAsync(() -> scene.hostB.migrate(request));
    var migration = scene.hostB.migrations.await(guest.uuid());
    migration.arrive();
    scene.killAgents();

    scene.startAgentB();
    scene.startAgentC();

    // The agents from before may have come to look only now, and have told of it, too.
    await()
        .untilAsserted(
            () ->
                assertThat(scene.strays())
                    .anyMatch(told -> told.contains("by-hand") && told.contains("received here"))
                    .anyMatch(told -> told.contains("by-hand") && told.contains("migrated away")));
    migration.succeed();
    assertThat(call.join().succeeded()).isTrue();
  }

  @Test
  void migrationThatWasOrderedIsNoStray() throws InterruptedException {
    var migration = scene.orderAndStart();
    migration.arrive();
    scene.killAgents();

    scene.startAgentB();
    scene.startAgentC();

    migration.succeed();
    scene.awaitEvidence();
    assertThat(scene.strays()).isEmpty();
  }

  /** It stands still on both hosts where its source has not let it go. */
  @Test
  void pausedGuestWhoseLiveMigrationHasGoneIsTurnedOverToAPerson() throws InterruptedException {
    scene.guest.pause();
    var migration = scene.orderAndStart();
    scene.api.remove();
    scene.leaves();
    await().until(() -> scene.orphaned.size() == 2);
    migration.succeed();
    assertThat(scene.journalIsClosed(Part.Destination)).isFalse();

    scene.pass(Duration.ofMinutes(1));

    await().until(() -> scene.journalIsClosed(Part.Destination));
    assertThat(scene.orphaned.get(2)).contains("stands still on host-c").contains("keep it");
    assertThat(scene.hostC.stateOf(scene.guest.uuid())).isEqualTo(DomainState.Paused);
  }

  /** libvirt carries out what was queued at the destination though the call has ended. */
  @Test
  void lateCopyOfAPausedGuestThatNeverLeftItsSourceIsRemoved() throws InterruptedException {
    scene.guest.pause();
    var migration = scene.orderAndStart();
    migration.failWithFinishQueued();
    scene.await("source's word", status -> status.source().switched() == Switched.NeverStopped);
    scene.api.remove();
    scene.leaves();

    migration.finishLate();

    scene.pass(Duration.ofSeconds(5));
    await().until(() -> scene.journalIsClosed(Part.Destination));
    assertThat(scene.hostC.domain(scene.guest.uuid())).isEmpty();
    assertThat(scene.guest.state()).isEqualTo(DomainState.Paused);
  }
}
