package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.agent.journal.Part;
import dev.ferryman.agent.libvirt.FakeMigration;
import dev.ferryman.agent.libvirt.FakeOutcomes;
import dev.ferryman.agent.libvirt.XmlForm;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Both hosts' parts in one attempt, with fakes for libvirt and the API server. */
class MigrationRolesTest extends SceneTest {
  @Test
  void checksEndWithoutALeftoverMarker() {
    scene.orderAndCheck();

    assertThat(scene.api.status().source().needs().disks()).hasSize(1);
    assertThat(failed(scene.api.status())).isEmpty();
    // The source removes them when it hears that the destination has looked.
    await().until(() -> markers().isEmpty());
    assertThat(scene.hostB.changes()).isEmpty();
    assertThat(scene.hostC.changes()).isEmpty();
  }

  @Test
  void successIsProvedByBothHosts() throws InterruptedException {
    scene.orderAndStart().succeed();

    var status = scene.awaitEvidence();
    assertThat(status.source().state()).isEqualTo(SourceState.CleanedUp);
    assertThat(status.source().switched()).isEqualTo(Switched.Gone);
    assertThat(status.source().result().code()).isEqualTo(CallResult.SUCCESS);
    assertThat(status.source().statistics()).isEqualTo(FakeMigration.STATISTICS);
    assertThat(status.source().progress().percent()).isEqualTo(100);
    assertThat(status.destination().started()).isEqualTo(Started.Started);
    assertThat(status.destination().domain().attemptMark()).isEqualTo(Scene.ATTEMPT);
    assertThat(status.destination().state()).isEqualTo(DestinationState.CleanedUp);
    assertThat(scene.hostB.migrations.calls(scene.guest.uuid())).isEqualTo(1);
  }

  @Test
  void bothDefinitionsOfTheCopyCarryTheMarkAndTheSourceKeepsItsOwn() throws InterruptedException {
    var before = scene.hostB.migratableXml(scene.guest.uuid(), XmlForm.Live);
    var migration = scene.orderAndStart();

    assertThat(migration.request().destinationXml()).contains(Scene.ATTEMPT);
    assertThat(migration.request().persistentXml()).contains(Scene.ATTEMPT);
    assertThat(migration.request().encrypted()).isTrue();
    assertThat(migration.request().destinationUri()).isEqualTo("qemu+tls://host-c/system");
    assertThat(migration.request().dataUri()).isEqualTo("tcp://10.0.0.3");
    assertThat(scene.hostB.migratableXml(scene.guest.uuid(), XmlForm.Live)).isEqualTo(before);
    migration.succeed();
  }

  @Test
  void failureBeforeSwitchOverProvesThatTheGuestNeverStopped() throws InterruptedException {
    scene.orderAndStart().failBeforeSwitchOver();

    var status = scene.awaitEvidence();
    assertThat(status.source().switched()).isEqualTo(Switched.NeverStopped);
    assertThat(status.source().result())
        .isEqualTo(new CallResult(9, 10, FakeOutcomes.DESTINATION_QEMU_DIED.message()));
    assertThat(status.destination().started()).isEqualTo(Started.NeverStarted);
    assertThat(status.destination().domain().state()).isEqualTo(DomainState.Absent);
  }

  @Test
  void failureAfterSwitchOverProvesNothingAlone() throws InterruptedException {
    scene.orderAndStart().failAfterSwitchOver();

    var status = scene.awaitEvidence();
    assertThat(status.source().switched()).isEqualTo(Switched.MayHaveSwitched);
    assertThat(status.destination().started()).isEqualTo(Started.NeverStarted);
  }

  @Test
  void lostReplyIsNeverTakenForAProof() throws InterruptedException {
    scene.orderAndStart().loseReplyAfterStartWithLocks();

    var status = scene.awaitEvidence();
    assertThat(status.source().switched()).isEqualTo(Switched.MayHaveSwitched);
    assertThat(status.source().domain().state()).isEqualTo(DomainState.Paused);
    assertThat(status.destination().started()).isEqualTo(Started.Started);

    scene.settle(1, SourceOrder.Destroy, DestinationOrder.None);
    scene.await("order carried out", now -> Integer.valueOf(1).equals(now.source().done()));
    assertThat(scene.api.status().source().switched()).isEqualTo(Switched.Gone);
    assertThat(scene.hostB.domain(scene.guest.uuid())).isEmpty();
    assertThat(scene.world.runningCopies(scene.guest.uuid())).isEqualTo(1);
  }

  @Test
  void copyThatAppearsAfterTheFailureIsReported() throws InterruptedException {
    var migration = scene.orderAndStart();
    migration.failWithFinishQueued();
    var early = scene.awaitEvidence();
    assertThat(early.destination().state()).isNotEqualTo(DestinationState.CleanedUp);

    migration.finishLate();

    scene.await("late copy", status -> status.destination().started() == Started.Started);
  }

  @Test
  void cancelBeforeTheStartNeverCallsLibvirt() {
    scene.orderAndCheck();
    scene.api.cancel();
    scene.enter(Phase.Migrating);

    scene.await("clean", status -> status.source().state() == SourceState.CleanedUp);
    assertThat(scene.api.status().source().endSequence()).isNull();
    assertThat(scene.hostB.migrations.calls(scene.guest.uuid())).isZero();
  }

  @Test
  void cancelUnderWayAbortsTheJob() throws InterruptedException {
    scene.orderAndStart();
    scene.api.cancel();

    var status = scene.awaitEvidence();
    assertThat(status.source().abortRequested()).isTrue();
    assertThat(status.source().switched()).isEqualTo(Switched.NeverStopped);
    assertThat(scene.guest.state()).isEqualTo(DomainState.Running);
  }

  @Test
  void settlingWithoutAStartCleansUpBothSides() throws IOException {
    scene.hostC.daemon.hang();
    scene.order();
    scene.await("source checks", status -> status.source() != null);
    assertThat(markers()).isNotEmpty();

    scene.enter(Phase.Settling);
    scene.hostC.daemon.goOn();

    // A check that goes on when the source has taken its marker away refuses: that is clean, too.
    scene.await(
        "both clean",
        status ->
            status.source().state() == SourceState.CleanedUp
                && status.destination() != null
                && Set.of(DestinationState.CleanedUp, DestinationState.Refused)
                    .contains(status.destination().state()));
    assertThat(markers()).isEmpty();
    assertThat(scene.hostB.migrations.calls(scene.guest.uuid())).isZero();
  }

  @Test
  void sourceDaemonKilledUnderWayMakesItsWordUncertainUntilTheDestinationClears()
      throws InterruptedException {
    scene.orderAndStart().arrive();
    scene.hostB.daemon.kill();
    scene.hostB.daemon.start();

    var status = scene.awaitEvidence();
    assertThat(status.source().switched()).isEqualTo(Switched.MayHaveSwitched);
    assertThat(status.source().domain().state()).isEqualTo(DomainState.Running);
    assertThat(status.destination().started()).isEqualTo(Started.NeverStarted);
  }

  @Test
  void destinationDaemonThatIsDownGivesNoEvidence() throws InterruptedException {
    scene.orderAndStart().arrive();
    scene.hostC.daemon.kill();

    scene.await("source ended", status -> status.source().endSequence() != null);
    assertThat(scene.api.status().source().switched()).isEqualTo(Switched.NeverStopped);
    assertThat(scene.api.status().destination().started()).isNull();
    scene.hostC.daemon.start();

    assertThat(scene.awaitEvidence().destination().started()).isEqualTo(Started.NeverStarted);
  }

  @Test
  void copyThatAPersonHasRemovedIsNotTakenForOneThatNeverWas() throws InterruptedException {
    var migration = scene.orderAndStart();
    scene.killAgents();
    migration.succeed();
    scene.hostC.destroy(scene.guest.uuid());
    scene.startAgentB();
    scene.startAgentC();
    assertThat(scene.awaitEvidence().destination().started()).isEqualTo(Started.Unknown);

    scene.hostC.undefine(scene.guest.uuid());

    var status =
        scene.await(
            "word of its removal", now -> now.destination().domain().state() == DomainState.Absent);
    assertThat(status.destination().started()).isEqualTo(Started.Unknown);
  }

  @Test
  void guestThatEndsBeforeTheStartIsRefused() {
    scene.orderAndCheck();
    scene.guest.shutDown();
    scene.enter(Phase.Migrating);

    scene.await("refused", status -> status.source().state() == SourceState.Refused);
    assertThat(failed(scene.api.status())).contains("InstanceNotRunning");
    assertThat(scene.hostB.migrations.calls(scene.guest.uuid())).isZero();
  }

  @Test
  void unreachableDestinationIsRefusedInLibvirtsWords() {
    scene.world.cut("host-b", "host-c");
    scene.order();

    scene.await(
        "refused",
        status -> status.source() != null && status.source().state() == SourceState.Refused);
    assertThat(failed(scene.api.status())).containsExactly("DestinationUnreachable");
    assertThat(scene.api.status().source().checks())
        .anySatisfy(check -> assertThat(check.message()).contains("No route to host"));
  }

  @Test
  void guestWithAMonstrousXmlIsRefused() {
    scene.guest.monstrous();
    scene.order();

    scene.await(
        "refused",
        status -> status.source() != null && status.source().state() == SourceState.Refused);
    assertThat(failed(scene.api.status())).containsExactly("InstanceUnreadable");
    assertThat(scene.api.status().source().checks())
        .anySatisfy(check -> assertThat(check.message()).contains("more than the 4194304"));
  }

  @Test
  void evidenceIsReadAnewWhenLibvirtIsBack() throws InterruptedException {
    scene.orderAndStart().succeed();
    var daemon = scene.awaitEvidence().destination().libvirtdStartTime();

    scene.hostC.daemon.kill();
    scene.hostC.daemon.start();

    scene.await(
        "read of the new daemon",
        status -> !daemon.equals(status.destination().libvirtdStartTime()));
  }

  @Test
  void definitionThatTheMoveLeftIsRemovedWhenItIsSettled() throws InterruptedException {
    var migration = scene.orderAndStart();
    migration.loseReplyAfterStartWithLocks();
    scene.awaitEvidence();
    scene.hostB.destroy(scene.guest.uuid());

    scene.enter(Phase.Succeeded);

    await().until(() -> scene.journalIsClosed(Part.Source));
    assertThat(scene.hostB.domain(scene.guest.uuid())).isEmpty();
    assertThat(scene.world.runningCopies(scene.guest.uuid())).isEqualTo(1);
  }

  @Test
  void strangersDefinitionAtTheDestinationIsNotTheAttemptsLeftover() {
    scene.hostC.define("g1");
    scene.killAgents();
    scene.order();
    scene.startAgentB();
    scene.await("source checks", status -> status.source() != null);
    scene.enter(Phase.Settling);
    // Not earlier: an agent that still checks would refuse, and that is clean as well.
    scene.startAgentC();

    scene.await(
        "clean",
        status ->
            status.destination() != null
                && status.destination().state() == DestinationState.CleanedUp);
    assertThat(scene.hostC.changes()).isEmpty();
  }

  @Test
  void pausedGuestIsReportedSo() throws InterruptedException {
    scene.guest.pause();
    scene.orderAndStart().succeed();

    var status = scene.awaitEvidence();
    assertThat(status.source().needs().paused()).isTrue();
    assertThat(status.source().switched()).isEqualTo(Switched.Gone);
    assertThat(status.destination().domain().state()).isEqualTo(DomainState.Paused);
    assertThat(status.destination().started()).isEqualTo(Started.NeverStarted);
    assertThat(status.destination().state()).isEqualTo(DestinationState.CleanedUp);
  }

  private static List<String> failed(LiveMigrationStatus status) {
    var checks = new ArrayList<Check>(status.source().checks());
    if (status.destination() != null) {
      checks.addAll(status.destination().checks());
    }
    return checks.stream()
        .filter(check -> check.outcome() == CheckOutcome.Fail)
        .map(Check::reason)
        .distinct()
        .toList();
  }

  private List<Path> markers() throws IOException {
    try (var files = Files.list(directory)) {
      return files.filter(file -> file.getFileName().toString().startsWith(".ferryman-")).toList();
    }
  }
}
