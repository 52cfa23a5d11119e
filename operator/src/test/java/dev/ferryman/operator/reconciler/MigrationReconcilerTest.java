package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.MigrationMode;
import dev.ferryman.crds.livemigration.MigrationStatistics;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.PhaseTime;
import dev.ferryman.crds.livemigration.Result;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MigrationReconcilerTest extends MoveFixture {

  @Test
  void aMoveIsRecordedStepByStepInTheOrderOfTheDesign() {
    toRunning();
    assertThat(reconcile()).isEmpty();
    api.source(
        "move",
        Sample.ended(Switched.Gone, DomainState.Absent, null)
            .statistics(new MigrationStatistics(53L, 900L, 1000L, 3L))
            .build());
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Migrating);
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    reconcile();

    assertSays(Phase.Succeeded, "True", "Migrated");
    assertThat(condition("Succeeded").getMessage()).contains("host-c").contains("53 ms");
    assertThat(move().status().result())
        .isEqualTo(new Result(MigrationMode.PreCopy, 53L, 900L, 1000L, 3L));
    assertThat(move().status().phaseTimes())
        .extracting(PhaseTime::phase)
        .containsExactly(Phase.Checking, Phase.Migrating, Phase.Succeeded);
    assertThat(move().held()).isFalse();
    assertThat(move().hostLabels()).isEmpty();
    assertThat(api.writes).containsExactly("hold", "Checking", "Migrating", "Succeeded", "release");
    assertThat(told)
        .extracting(t -> t.after().phase())
        .containsExactly(Phase.Checking, Phase.Migrating, Phase.Succeeded);
  }

  @Test
  void theAttemptIsDerivedFromTheObject() {
    reconcile();

    assertThat(move().status().attempt().uid()).isEqualTo(Sample.UID + "/1");
    assertThat(move().status().instanceUID()).isEqualTo(Sample.UUID);
    assertThat(move().held()).isTrue();
    assertThat(condition("Reconciling").getStatus()).isEqualTo("True");
    assertThat(condition("Stalled").getStatus()).isEqualTo("False");
  }

  @Test
  void anOrderThatIsRefusedTouchesNothing() {
    api.host(Sample.notReady(Sample.host("host-c")));
    reconcile();

    assertSays(Phase.Failed, "False", "DestinationNotReady");
    assertThat(condition("Stalled").getStatus()).isEqualTo("True");
    assertThat(api.writes).containsExactly("Failed");
  }

  @Test
  void anInstanceThatIsThereAlreadyTouchesNothing() {
    api.create(Sample.order("move", Sample.UID, "i-00000003", "host-b"));
    reconcile();

    assertSays(Phase.Succeeded, "True", "AlreadyThere");
    assertThat(api.writes).containsExactly("Succeeded");
  }

  @Test
  void aWaitIsToldOnce() {
    died("host-c");
    api.host(Sample.with(api.hosts.get("host-c"), Liveness.Unknown));
    reconcile();
    reconcile();

    assertSays(Phase.Pending, "Unknown", "HostLivenessUnknown");
    assertThat(api.writes).containsExactly("Pending");
  }

  @Test
  void aCancelBeforeItBeginsEndsItAtOnce() {
    api.cancel("move");
    reconcile();

    assertSays(Phase.Cancelled, "False", "Cancelled");
    assertThat(api.writes).containsExactly("Cancelled");
  }

  @Test
  void aCancelWhileAgentsCheckWaitsForTheirCleanUp() {
    reconcile();
    api.source("move", Sample.source(SourceState.Checking).build());
    api.cancel("move");
    reconcile();
    assertSays(Phase.Settling, "Unknown", "Cancelled");

    api.source("move", Sample.source(SourceState.CleanedUp).build());
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Settling);
    api.destination("move", Sample.destination(DestinationState.CleanedUp).build());
    reconcile();
    assertSays(Phase.Cancelled, "False", "Cancelled");
    assertThat(move().held()).isFalse();
  }

  @Test
  void aDeadHostsCleanUpIsNotWaitedFor() {
    reconcile();
    died("host-c");
    api.source("move", Sample.source(SourceState.CleanedUp).build());
    reconcile();

    assertSays(Phase.Failed, "False", "DestinationNotAlive");
  }

  @Test
  void anAgentThatDoesNotAnswerIsNamedAndItsCleanUpWaitedFor() {
    reconcile();
    assertThat(reconcile()).isPresent();
    clock.pass(Duration.ofSeconds(31));
    reconcile();
    assertSays(Phase.Settling, "Unknown", "SourceNoAnswer");

    clock.pass(Duration.ofSeconds(11));
    reconcile();
    assertSays(Phase.Settling, "Unknown", "SourceNoAnswer");
    assertThat(condition("Reconciling").getMessage()).contains("host-b").contains("host-c");

    api.source("move", Sample.source(SourceState.CleanedUp).build());
    api.destination("move", Sample.destination(DestinationState.CleanedUp).build());
    reconcile();
    assertSays(Phase.Failed, "False", "SourceNoAnswer");
  }

  @Test
  void aRefusalCopiesEveryCheckAndNamesTheFirstReason() {
    reconcile();
    var check = Check.fail(CheckName.SharedStorage, Reason.StorageNotShared, "host-c", "no marker");
    api.source("move", Sample.source(SourceState.Checked).build());
    api.destination(
        "move", Sample.destination(DestinationState.Refused).checks(List.of(check)).build());
    reconcile();
    assertSays(Phase.Settling, "Unknown", "StorageNotShared");

    api.source("move", Sample.source(SourceState.CleanedUp).build());
    reconcile();

    assertSays(Phase.Failed, "False", "StorageNotShared");
    assertThat(move().status().checks()).contains(check).hasSize(10);
    assertThat(move().held()).isFalse();
  }

  @Test
  void aSourceThatRefusesAtFirstSightEndsTheMoveAtOnce() {
    reconcile();
    var check = Check.fail(CheckName.Instance, Reason.AlreadyRan, "host-b", "this attempt has run");
    api.source(
        "move", Sample.source(SourceState.Refused).needs(null).checks(List.of(check)).build());
    reconcile();

    assertSays(Phase.Failed, "False", "AlreadyRan");
    assertThat(move().status().checks()).contains(check);
    assertThat(move().held()).isFalse();
  }

  @Test
  void moreChecksThanAStatusHoldsAreCut() {
    reconcile();
    var many =
        IntStream.range(0, 60)
            .mapToObj(i -> new Check("Disk" + i, CheckOutcome.Fail, null, "host-b", "missing"))
            .toList();
    api.source("move", Sample.source(SourceState.Refused).checks(many).build());
    api.destination("move", Sample.destination(DestinationState.Refused).checks(many).build());
    reconcile();

    assertThat(move().phase()).isEqualTo(Phase.Failed);
    assertThat(move().status().checks()).hasSize(64);
  }

  @Test
  void aSourceThatRefusesToStartBecauseOfACancelIsCancelled() {
    toMigrating();
    api.cancel("move");
    api.source("move", Sample.source(SourceState.Refused).build());
    reconcile();

    assertSays(Phase.Cancelled, "False", "Cancelled");
  }

  @Test
  void aSourceThatDiesBeforeItStartsNeverWill() {
    toMigrating();
    died("host-b");
    reconcile();

    assertSays(Phase.Failed, "False", "SourceNotAlive");
    assertThat(api.writes).containsSubsequence("Settling", "Failed");
  }

  @Test
  void aSourceThatNeverStartsIsGivenUp() {
    toMigrating();
    assertThat(reconcile()).isPresent();
    clock.pass(Duration.ofSeconds(31));
    reconcile();
    assertSays(Phase.Settling, "Unknown", "SourceNoAnswer");

    api.source("move", Sample.source(SourceState.CleanedUp).build());
    reconcile();

    assertSays(Phase.Failed, "False", "SourceNoAnswer");
  }

  @Test
  void anotherOperatorGoesOnFromWhatIsRecorded() {
    reconcile();
    reconciler = reconciler();
    api.source("move", Sample.source(SourceState.Checked).build());
    api.destination("move", Sample.destination(DestinationState.Checked).build());
    reconcile();
    reconciler = reconciler();
    api.source("move", Sample.ended(Switched.Gone, DomainState.Absent, null).build());
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    reconcile();

    assertSays(Phase.Succeeded, "True", "Migrated");
  }

  @Test
  void anOperatorThatDiedBetweenHoldingAndRecordingGoesOn() throws Exception {
    api.hold(move(), "host-b", "host-c");
    reconciler = reconciler();
    reconcile();

    assertThat(move().phase()).isEqualTo(Phase.Checking);
  }

  @Test
  void anOperatorThatDiedBeforeLettingGoLetsGo() {
    toRunning();
    api.source("move", Sample.ended(Switched.Gone, DomainState.Absent, null).build());
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    var stale = move();
    reconcile();
    api.objects.put("move", withLabels(move(), stale));
    reconcile();

    assertThat(move().held()).isFalse();
  }

  @Test
  void labelsAndFinalizerThatSomebodyTakesOffUnderWayComeBack() {
    toRunning();
    var labels = move().hostLabels();
    api.strip("move");
    reconcile();

    assertThat(move().held()).isTrue();
    assertThat(move().hostLabels()).isEqualTo(labels);
    assertThat(move().phase()).isEqualTo(Phase.Migrating);
    int writes = api.writes.size();
    reconcile();
    assertThat(api.writes).hasSize(writes);
  }

  private static Migration withLabels(Migration move, Migration labelled) {
    return new Migration(
        move.name(),
        move.uid(),
        move.resourceVersion(),
        move.generation(),
        move.created(),
        move.deleting(),
        true,
        labelled.hostLabels(),
        move.spec(),
        move.status());
  }

  @Test
  void aDecisionOnAnOldVersionIsNotWrittenButMadeAnew() {
    toChecked();
    var old = move();
    api.cancel("move");

    assertThat(reconciler.reconcile(old)).contains(Duration.ofMillis(100));
    assertThat(move().phase()).isEqualTo(Phase.Checking);
  }

  @Test
  void twoOrdersForOneInstanceGoOneAfterTheOther() {
    api.create(Sample.order("other", Sample.UID.replace('a', 'c'), "i-00000003", "host-c"));
    reconciler.reconcile(api.get("other"));
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Checking);
    assertThat(api.get("other").phase()).isEqualTo(Phase.Pending);
    assertThat(api.get("other").condition("Succeeded").orElseThrow().getReason())
        .isEqualTo("InstanceBusy");

    api.source("move", Sample.source(SourceState.Checked).build());
    api.destination("move", Sample.destination(DestinationState.Checked).build());
    reconcile();
    api.source("move", Sample.ended(Switched.Gone, DomainState.Absent, null).build());
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    reconcile();
    reconciler.reconcile(api.get("other"));
    assertThat(api.get("other").condition("Succeeded").orElseThrow().getReason())
        .isEqualTo("AlreadyThere");
  }

  @Test
  void anAttemptThatTheApiServerHasForgottenToHaveBegunEndsByWhatCameOfIt() {
    toChecked();
    api.source("move", Sample.source(SourceState.Running).build());
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Migrating);

    api.source("move", Sample.ended(Switched.Gone, DomainState.Absent, null).build());
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    reconcile();

    assertSays(Phase.Succeeded, "True", "Migrated");
  }
}
