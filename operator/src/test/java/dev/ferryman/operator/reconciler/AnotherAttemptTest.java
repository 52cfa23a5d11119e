package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.FerrymanApi;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.DestinationReportBuilder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.FailedAttempt;
import dev.ferryman.crds.livemigration.GivenUp;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationSpecBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.PhaseTime;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A move of i-00000003 to wherever it fits, with a second try allowed; host-c is tried first. */
class AnotherAttemptTest extends MoveFixture {
  private static final CallResult BROKEN = new CallResult(38, 7, "the stream broke");

  @BeforeEach
  void twoTries() {
    order(LiveMigrationSpec.of("i-00000003").tried(2));
    api.host(Sample.host("host-d"));
  }

  private void order(LiveMigrationSpec spec) {
    api.create(Sample.order("move", Sample.UID, spec));
  }

  private void refuse(String host, String reason) {
    var check = new Check("Any", CheckOutcome.Fail, reason, host, "it is not so");
    api.destination(
        "move", Sample.destination(DestinationState.Refused).checks(List.of(check)).build());
    reconcile();
    api.source("move", Sample.source(SourceState.CleanedUp).build());
    reconcile();
  }

  private void failInMidCopy(CallResult result) {
    api.source(
        "move",
        Sample.ended(Switched.NeverStopped, DomainState.Running, null).result(result).build());
    api.destination("move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
    reconcile();
  }

  private DestinationReportBuilder second(DestinationState state) {
    return Sample.destination(state).attemptUID(Sample.UID + "/2").bootID("boot-of-host-d");
  }

  private void assertSecondOn(String host) {
    assertSays(Phase.Checking, "Unknown", "Checking");
    assertThat(move().status().attempt().uid()).isEqualTo(Sample.UID + "/2");
    assertThat(move().status().destinationHost()).isEqualTo(host);
  }

  private void assertFailedFor(String reason) {
    assertSays(Phase.Failed, "False", reason);
    assertThat(move().status().attempt().number()).isEqualTo(1);
    assertThat(move().status().failedAttempts()).isEmpty();
  }

  @Test
  void aRefusalByTheDestinationIsFollowedByATryOnTheNextHost() {
    toChecked();
    refuse("host-c", "StorageNotShared");

    assertSecondOn("host-d");
    assertThat(move().status().failedAttempts())
        .containsExactly(new FailedAttempt(1, "host-c", "StorageNotShared", "it is not so"));
    assertThat(move().status().settlement()).isNull();
    assertThat(move().status().checks())
        .extracting(Check::host)
        .as("checks of the first attempt")
        .doesNotContain("host-c");
    assertThat(move().hostLabels())
        .containsOnlyKeys(FerrymanApi.hostLabel("host-b"), FerrymanApi.hostLabel("host-d"));
    assertThat(api.writes)
        .containsExactly("hold", "Checking", "Settling", "Pending", "hold", "Checking");
  }

  @Test
  void theNextAttemptHasAllItsTimeToAnswer() {
    toChecked();
    clock.pass(Duration.ofMinutes(10));
    refuse("host-c", "StorageNotShared");
    reconcile();

    assertSecondOn("host-d");
    assertThat(move().status().phaseTimes())
        .extracting(PhaseTime::phase)
        .containsExactly(Phase.Pending, Phase.Checking);
  }

  @Test
  void bothRefusingAreSettledBeforeTheNextTry() {
    reconcile();
    api.source("move", Sample.source(SourceState.Checking).build());
    var check =
        Check.fail(CheckName.DestinationReachable, Reason.DestinationUnreachable, "host-b", "");
    api.source("move", Sample.source(SourceState.Refused).checks(List.of(check)).build());
    api.destination("move", Sample.destination(DestinationState.Checked).build());
    reconcile();

    assertSecondOn("host-d");
    assertThat(move().status().failedAttempts())
        .extracting(FailedAttempt::reason)
        .containsExactly("DestinationUnreachable");
  }

  @Test
  void aBrokenStreamIsFollowedByATryOnTheNextHostAndThatMoves() {
    toRunning();
    failInMidCopy(BROKEN);

    assertSecondOn("host-d");
    assertThat(move().status().switchover()).as("chosen anew").isNull();
    assertThat(move().status().failedAttempts().get(0).message()).contains("the stream broke");

    api.source("move", Sample.source(SourceState.Checked).attemptUID(Sample.UID + "/2").build());
    api.destination("move", second(DestinationState.Checked).build());
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Migrating);
    api.source(
        "move",
        Sample.ended(Switched.Gone, DomainState.Absent, null)
            .attemptUID(Sample.UID + "/2")
            .build());
    api.destination(
        "move",
        second(DestinationState.CleanedUp)
            .sequence(9L)
            .peerSequence(10L)
            .started(Started.Started)
            .domain(new DomainReport(DomainState.Running, "migrated", null, Sample.UID + "/2"))
            .build());
    reconcile();
    assertSays(Phase.Succeeded, "True", "Migrated");
    assertThat(move().status().failedAttempts()).hasSize(1);
  }

  @Test
  void aDestinationThatDiesInMidCopyIsNotWaitedFor() {
    toRunning();
    died("host-c");
    api.source(
        "move",
        Sample.ended(Switched.NeverStopped, DomainState.Running, null).result(BROKEN).build());
    reconcile();

    assertSecondOn("host-d");
    assertThat(move().status().failedAttempts())
        .extracting(FailedAttempt::reason)
        .containsExactly("DestinationLost");
  }

  @Test
  void theNextTryWaitsForTheCleanUp() {
    toRunning();
    api.source(
        "move",
        Sample.ended(Switched.NeverStopped, DomainState.Running, null)
            .state(SourceState.Ended)
            .result(BROKEN)
            .build());
    api.destination("move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
    reconcile();
    assertThat(move().status().attempt().number()).isEqualTo(1);

    failInMidCopy(BROKEN);
    assertSecondOn("host-d");
  }

  @Test
  void withNoHostLeftItFailsAndSaysWhy() {
    api.hosts.remove("host-d");
    toChecked();
    refuse("host-c", "StorageNotShared");

    assertSays(Phase.Failed, "False", "NoDestinationFits");
    assertThat(condition("Succeeded").getMessage())
        .contains("FailedBefore: host-c", "StorageNotShared", "it is not so");
    assertThat(move().status().failedAttempts()).hasSize(1);
    assertThat(move().held()).isFalse();
  }

  @Test
  void theLastAttemptEndsWithItsOwnReason() {
    order(LiveMigrationSpec.of("i-00000003"));
    toChecked();
    refuse("host-c", "StorageNotShared");

    assertFailedFor("StorageNotShared");
  }

  @Test
  void anInstanceThatMovedMeanwhileIsLeftAlone() {
    toRunning();
    api.host(Sample.host("host-b"));
    api.host(Sample.host("host-d", Sample.instance()));
    failInMidCopy(BROKEN);

    assertSays(Phase.Failed, "False", "InstanceMoved");
  }

  @Test
  void aCancelBetweenTwoAttemptsIsHeard() {
    api.host(Sample.with(api.hosts.get("host-d"), dev.ferryman.operator.decide.Liveness.Unknown));
    toChecked();
    refuse("host-c", "StorageNotShared");
    assertSays(Phase.Pending, "Unknown", "HostLivenessUnknown");

    api.cancel("move");
    reconcile();
    assertSays(Phase.Cancelled, "False", "Cancelled");
    assertThat(move().held()).isFalse();
    assertThat(move().hostLabels()).isEmpty();
  }

  @Test
  void whoCancelsWantsNoOther() {
    toRunning();
    api.cancel("move");
    failInMidCopy(BROKEN);

    assertFailedFor("MigrationFailed");
  }

  @Test
  void whoDeletesWantsNoOther() {
    toRunning();
    api.delete("move");
    api.source(
        "move",
        Sample.ended(Switched.NeverStopped, DomainState.Running, null).result(BROKEN).build());
    api.destination("move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
    reconcile();

    assertThat(move()).as("the object").isNull();
    assertThat(api.writes).containsOnlyOnce("Checking");
  }

  @Test
  void aGuestThatMayHaveSwitchedIsNotTriedAgain() {
    toRunning();
    api.source(
        "move",
        Sample.ended(Switched.MayHaveSwitched, DomainState.Running, null).result(BROKEN).build());
    api.destination("move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
    reconcile();

    assertFailedFor("MigrationFailed");
  }

  @Test
  void aCauseAtTheSourceIsMetAnywhereAndNotTriedAgain() {
    reconcile();
    var check = Check.fail(CheckName.Migratable, Reason.NotMigratable, "host-b", "snapshots");
    api.source("move", Sample.source(SourceState.Refused).checks(List.of(check)).build());
    api.destination("move", Sample.destination(DestinationState.Checked).build());
    reconcile();

    assertFailedFor("NotMigratable");
  }

  @Test
  void oneCauseAtTheSourceIsEnough() {
    toChecked();
    var check = Check.fail(CheckName.DiskCache, Reason.UnsafeCacheMode, "host-b", "");
    api.source("move", Sample.source(SourceState.Checked).checks(List.of(check)).build());
    refuse("host-c", "StorageNotShared");

    assertThat(move().phase()).isEqualTo(Phase.Failed);
    assertThat(move().status().failedAttempts()).isEmpty();
  }

  @Test
  void anAttemptThatMayHaveRunIsNotTriedAgain() {
    toChecked();
    refuse("host-c", "AlreadyRan");

    assertFailedFor("AlreadyRan");
  }

  @Test
  void aGuestThatWritesTooFastIsNotTriedAgain() {
    toRunning();
    api.source(
        "move",
        Sample.ended(Switched.NeverStopped, DomainState.Running, null)
            .abortRequested(true)
            .givenUp(GivenUp.Stalled)
            .result(new CallResult(78, 10, "canceled by client"))
            .build());
    api.destination("move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
    reconcile();

    assertFailedFor("Stalled");
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 42, 55, 74, 78, 81, 84, CallResult.UNKNOWN})
  void anErrorThatIsNotOfTheWayIsNotTriedAgain(int code) {
    toRunning();
    failInMidCopy(new CallResult(code, 10, "about the guest"));

    assertFailedFor("MigrationFailed");
  }

  @Test
  void aSourceThatIsAwayIsNotTriedAgain() {
    reconcile();
    died("host-b");
    reconcile();
    api.destination("move", Sample.destination(DestinationState.CleanedUp).build());
    reconcile();

    assertFailedFor("SourceNotAlive");
  }

  @Test
  void aCheckGoesOnToTheNextHost() {
    order(
        LiveMigrationSpecBuilder.builder(LiveMigrationSpec.of("i-00000003").tried(2))
            .checkOnly(true)
            .build());
    toChecked();
    refuse("host-c", "StorageNotShared");

    assertSecondOn("host-d");
  }

  @Test
  void anotherOperatorGoesOnBetweenTwoAttempts() {
    api.host(Sample.with(api.hosts.get("host-d"), dev.ferryman.operator.decide.Liveness.Unknown));
    toChecked();
    refuse("host-c", "StorageNotShared");
    reconciler = reconciler();
    returned("host-d");
    reconcile();

    assertSecondOn("host-d");
  }
}
