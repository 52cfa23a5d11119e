package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.agent.journal.Part;
import dev.ferryman.agent.libvirt.FakeMigration;
import dev.ferryman.agent.runner.FakeMigrationApi.Weather;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A guest without image locks: its copy goes on only when the source's is proved gone. */
class StrictSwitchoverTest extends SceneTest {
  @BeforeEach
  void noImageLocks() {
    scene.withoutImageLocks();
  }

  @Test
  void sourceAgentsWordLetsTheGuestGoOnBeforeLibvirtsCallHasEnded() throws InterruptedException {
    var migration = start();
    assertThat(migration.request().leftPaused()).isTrue();
    migration.finish();
    assertThat(copyOnC()).isEqualTo(DomainState.Paused);
    assertThat(scene.hostC.changes()).isEmpty();
    // Its libvirt says nothing of its QEMU's end yet, and cannot be asked.
    scene.world.cut("host-b", "host-c");

    migration.endSourceProcess();

    await().until(() -> copyOnC() == DomainState.Running);
    assertThat(scene.api.status().source().state()).isEqualTo(SourceState.Running);
    assertThat(scene.api.status().source().switched()).isEqualTo(Switched.Gone);
    migration.confirm();
    var status = scene.awaitEvidence();
    assertThat(status.destination().started()).isEqualTo(Started.Started);
    assertThat(status.destination().state()).isEqualTo(DestinationState.CleanedUp);
    assertThat(scene.world.runningCopies(scene.guest.uuid())).isEqualTo(1);
  }

  @Test
  void tellsForHowLongTheCompleteCopyStoodStill() throws InterruptedException {
    var migration = start();
    migration.finish();
    // It asks only for a copy that it knows to be complete.
    await().until(() -> scene.hostC.askedOthers() > 0);
    scene.pass(Duration.ofMillis(1500));

    migration.endSourceProcess();
    migration.confirm();

    assertThat(scene.awaitEvidence().destination().heldMilliseconds()).isBetween(1500L, 60_000L);
  }

  @Test
  void sourceLibvirtsWordSufficesWhileTheApiIsDown() throws InterruptedException {
    var migration = start();
    scene.api.weather(Weather.Down);
    migration.finish();

    migration.confirm();

    await().until(() -> copyOnC() == DomainState.Running);
    assertThat(scene.api.status().source().switched()).isNull();
    scene.api.weather(Weather.Fine);
    assertThat(scene.awaitEvidence().destination().started()).isEqualTo(Started.Started);
  }

  @Test
  void wordOfAnotherHostsLibvirtCountsForNothing() throws InterruptedException {
    scene.api.mistakeHosts();
    var migration = start();
    scene.killAgentB();
    migration.finish();

    migration.confirm();
    await().until(() -> scene.hostC.askedOthers() > 1);

    assertThat(copyOnC()).isEqualTo(DomainState.Paused);
  }

  @Test
  void copyStaysPausedWhileTheSourceMayGoOn() throws InterruptedException {
    var migration = start();

    migration.loseReplyAfterStart();

    var status = scene.awaitEvidence();
    assertThat(status.source().switched()).isEqualTo(Switched.MayHaveSwitched);
    scene.await(
        "the event that libvirt sent", now -> Boolean.TRUE.equals(now.source().justResumed()));
    assertThat(status.destination().domain().state()).isEqualTo(DomainState.Paused);
    assertThat(status.destination().started()).isEqualTo(Started.NeverStarted);
    assertThat(status.destination().state()).isEqualTo(DestinationState.Checked);
    assertThat(scene.world.runningCopies(scene.guest.uuid())).isEqualTo(1);
    assertThat(scene.hostC.changes()).isEmpty();
  }

  @Test
  void newAgentsLetTheGuestGoOn() throws InterruptedException {
    var migration = start();
    scene.killAgents();
    migration.finish();
    migration.confirm();

    scene.startAgentB();
    scene.startAgentC();

    await().until(() -> copyOnC() == DomainState.Running);
    assertThat(scene.awaitEvidence().destination().started()).isEqualTo(Started.Started);
  }

  @Test
  void newDestinationAgentProvesThatTheCopyNeverRan() throws InterruptedException {
    var migration = start();
    scene.killAgents();
    migration.loseReplyAfterStart();

    scene.startAgentB();
    scene.startAgentC();

    assertThat(scene.awaitEvidence().destination().started()).isEqualTo(Started.NeverStarted);
  }

  /** The guest is gone with its copy, but not what it takes to start it again. */
  @Test
  void lastDefinitionIsKeptWhereTheCopyEndedBeforeItWasToGoOn() throws InterruptedException {
    var migration = start();
    scene.killAgents();
    migration.succeed();
    scene.hostC.destroy(scene.guest.uuid());
    scene.startAgentB();
    scene.startAgentC();
    assertThat(scene.awaitEvidence().destination().started()).isEqualTo(Started.NeverStarted);
    scene.await(
        "destination has nothing more to do",
        now -> now.destination().state() == DestinationState.CleanedUp);

    scene.enter(Phase.Failed);

    await().until(() -> scene.journalIsClosed(Part.Destination));
    assertThat(copyOnC()).isEqualTo(DomainState.ShutOff);
  }

  @Test
  void guestIsNotLostWithItsLiveMigration() throws InterruptedException {
    var migration = start();
    scene.api.remove();
    scene.leaves();
    await().until(() -> scene.orphaned.size() == 2);

    migration.succeed();

    await().until(() -> copyOnC() == DomainState.Running);
    await().until(() -> scene.journalIsClosed(Part.Destination));
  }

  @Test
  void copyWhoseSourceNobodyTellsOfIsTurnedOverToAPerson() throws InterruptedException {
    var migration = start();
    scene.killAgentB();
    scene.api.remove();
    scene.leaves();
    await().until(() -> scene.orphaned.size() == 1);
    migration.finish();
    scene.world.cut("host-b", "host-c");

    scene.pass(Duration.ofMinutes(1));

    await().until(() -> scene.orphaned.size() == 2);
    assertThat(scene.orphaned.get(1)).contains("stands still on host-c").contains("virsh resume");
    assertThat(copyOnC()).isEqualTo(DomainState.Paused);
    scene.hostC.resume(scene.guest.uuid());
    await().until(() -> scene.journalIsClosed(Part.Destination));
  }

  @Test
  void guestIsNotLostWithItsLiveMigrationAndTheAgents() throws InterruptedException {
    var migration = start();
    scene.killAgents();
    scene.api.remove();
    migration.succeed();
    assertThat(copyOnC()).isEqualTo(DomainState.Paused);

    scene.startAgentB();
    scene.startAgentC();

    await().until(() -> copyOnC() == DomainState.Running);
    await().until(() -> scene.journalIsClosed(Part.Destination));
  }

  @Test
  void libvirtThatHangsForAWhileDoesNotKeepTheGuestWaiting() throws InterruptedException {
    var migration = start();
    scene.api.weather(Weather.Down);
    migration.finish();
    await().until(() -> scene.hostC.askedOthers() > 0);
    scene.hostC.daemon.hang();
    migration.confirm();
    scene.hostC.daemon.goOn();

    await().until(() -> copyOnC() == DomainState.Running);
  }

  @Test
  void orderResumesTheCopy() throws InterruptedException {
    var migration = start();
    migration.loseReplyAfterStart();
    scene.awaitEvidence();
    scene.guest.crash();

    scene.settle(1, SourceOrder.None, DestinationOrder.Resume);

    await().until(() -> copyOnC() == DomainState.Running);
    scene.await(
        "done", status -> status.destination().done() != null && status.destination().done() == 1);
    assertThat(scene.api.status().destination().started()).isEqualTo(Started.Started);
  }

  @Test
  void pausedGuestIsLeftPaused() throws InterruptedException {
    scene.guest.pause();
    var migration = start();

    migration.succeed();

    var status = scene.awaitEvidence();
    assertThat(status.source().switched()).isEqualTo(Switched.Gone);
    assertThat(status.destination().domain().state()).isEqualTo(DomainState.Paused);
    assertThat(status.destination().state()).isEqualTo(DestinationState.CleanedUp);
    assertThat(scene.hostC.changes()).isEmpty();
  }

  @Test
  void sourceThatLibvirtLetGoOnYieldsOnlyForAMinute() throws InterruptedException {
    scene.orderAndStart(SwitchoverMode.Fast).loseReplyAfterStart();
    scene.await(
        "the event that libvirt sent", now -> Boolean.TRUE.equals(now.source().justResumed()));
    scene.pass(Duration.ofSeconds(61));

    scene.settle(1, SourceOrder.Destroy, DestinationOrder.None);

    scene.await("refused", status -> status.source().done() != null);
    assertThat(scene.guest.state()).isEqualTo(DomainState.Running);
    assertThat(scene.api.status().source().justResumed()).isNull();
  }

  @Test
  void sourceThatLibvirtHasJustLetGoOnYields() throws InterruptedException {
    scene.orderAndStart(SwitchoverMode.Fast).loseReplyAfterStart();
    scene.await(
        "the event that libvirt sent", now -> Boolean.TRUE.equals(now.source().justResumed()));

    scene.settle(1, SourceOrder.Destroy, DestinationOrder.None);

    scene.await("done", status -> status.source().done() != null);
    assertThat(scene.guest.state()).isEqualTo(DomainState.Absent);
    assertThat(scene.world.runningCopies(scene.guest.uuid())).isEqualTo(1);
  }

  private FakeMigration start() throws InterruptedException {
    var migration = scene.orderAndStart(SwitchoverMode.Strict);
    assertThat(scene.api.status().destination().imageLocks()).isFalse();
    return migration;
  }

  private DomainState copyOnC() {
    return scene.hostC.stateOf(scene.guest.uuid());
  }
}
