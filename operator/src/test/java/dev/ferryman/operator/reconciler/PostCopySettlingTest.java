package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.MigrationMode;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SourceReportBuilder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A move that has gone over to post-copy. */
class PostCopySettlingTest extends MoveFixture {

  @BeforeEach
  void aMoveInPostCopy() {
    toMigrating();
    api.source("move", Sample.source(SourceState.Running).postCopyStarted(true).build());
  }

  private static SourceReportBuilder ended(Switched switched, DomainState state, String reason) {
    return Sample.ended(switched, state, reason)
        .postCopyStarted(true)
        .result(new CallResult(9, 10, "failed in post-copy phase"));
  }

  private void source(SourceReportBuilder word) {
    api.source("move", word.build());
  }

  private void sourceHolds(String reason) {
    source(ended(Switched.MayHaveSwitched, DomainState.Paused, reason));
  }

  private void destination(DomainState state, String reason) {
    destination(state, reason, null);
  }

  private void destination(DomainState state, String reason, Integer done) {
    api.destination("move", Sample.saw(Started.Started, state, reason).done(done).build());
  }

  private void assertStep(int step, String verdict, SourceOrder order) {
    var settlement = move().status().settlement();
    assertThat(settlement.verdict()).isEqualTo(verdict);
    assertThat(settlement.step()).isEqualTo(step);
    assertThat(settlement.source()).isEqualTo(order);
  }

  @Test
  void itSaysThatTheGuestHasGoneOnAndThatACancelIsRefused() {
    reconcile();
    assertThat(condition("Succeeded").getMessage()).contains("goes on there").contains("post-copy");
    assertThat(move().condition("CancelRefused")).isEmpty();

    api.cancel("move");
    reconcile();

    assertSays(Phase.Migrating, "Unknown", "Migrating");
    assertThat(condition("Succeeded").getMessage()).contains("cannot be cancelled");
    assertThat(condition("CancelRefused").getStatus()).isEqualTo("True");
  }

  @Test
  void aCancelThatCameBeforeItAfterAllIsNoLongerRefused() {
    api.cancel("move");
    reconcile();
    source(Sample.ended(Switched.NeverStopped, DomainState.Running, "booted").abortRequested(true));
    api.destination("move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
    reconcile();

    assertSays(Phase.Cancelled, "False", "Cancelled");
    assertThat(condition("CancelRefused").getStatus()).isEqualTo("False");
  }

  @Test
  void aSuccessTellsItsMode() {
    source(
        ended(Switched.Gone, DomainState.Absent, null)
            .result(new CallResult(CallResult.SUCCESS, null, null)));
    destination(DomainState.Running, "migrated");
    reconcile();

    assertSays(Phase.Succeeded, "True", "Migrated");
    assertThat(condition("Succeeded").getMessage()).contains("post-copy");
    assertThat(move().status().result().mode()).isEqualTo(MigrationMode.PostCopy);
  }

  @Test
  void aStreamThatGoesOnUnattendedIsWaitedForAndNobodyHasToAct() {
    sourceHolds("post-copy failed");
    destination(DomainState.Running, "post-copy");
    reconcile();
    clock.pass(Duration.ofMinutes(5));
    reconcile();

    assertSays(Phase.Settling, "Unknown", "Settling");
    assertThat(move().status().settlement()).isNull();
    assertThat(condition("Stalled").getStatus()).isEqualTo("False");
    assertThat(condition("Succeeded").getMessage()).contains("destroy neither copy");

    source(ended(Switched.Gone, DomainState.ShutOff, "migrated"));
    reconcile();
    assertThat(condition("Stalled").getStatus()).as("it may say so any moment").isEqualTo("False");
    destination(DomainState.Running, "migrated");
    reconcile();
    assertStep(1, "LeftoverDefinition", SourceOrder.Undefine);
    source(ended(Switched.Gone, DomainState.Absent, null).done(1));
    reconcile();

    assertSays(Phase.Succeeded, "True", "Migrated");
  }

  @Test
  void aStreamOfWhichNothingIsHeardForLongIsLookedAtByAPerson() {
    sourceHolds("post-copy failed");
    destination(DomainState.Running, "post-copy");
    reconcile();
    reconcile();
    clock.pass(Settler.UNATTENDED.minusSeconds(1));
    reconcile();
    assertThat(condition("Stalled").getStatus()).isEqualTo("False");
    clock.pass(Duration.ofSeconds(1));
    reconcile();

    assertSays(Phase.Settling, "Unknown", "OutcomeUnknown");
    assertThat(condition("Stalled").getStatus()).isEqualTo("True");
    assertThat(condition("Succeeded").getMessage())
        .contains("destroy neither copy")
        .contains("10 minutes")
        .contains("virsh domjobinfo");
  }

  @Test
  void aBrokenStreamIsResumedAsOftenAsItBreaks() {
    sourceHolds("post-copy failed");
    destination(DomainState.Running, "post-copy failed");
    reconcile();
    assertStep(1, "PostCopyBroken", SourceOrder.ResumePostCopy);
    reconcile();
    assertStep(1, "PostCopyBroken", SourceOrder.ResumePostCopy);
    assertThat(condition("Stalled").getStatus()).isEqualTo("False");
    clock.pass(Settler.PATIENCE);
    reconcile();
    assertThat(condition("Stalled").getStatus()).as("the link may be down").isEqualTo("True");
    assertThat(condition("Succeeded").getMessage()).contains("mend the link");

    source(
        ended(Switched.MayHaveSwitched, DomainState.Paused, "post-copy failed")
            .sequence(11L)
            .done(1));
    reconcile();

    assertStep(2, "PostCopyBroken", SourceOrder.ResumePostCopy);
  }

  @Test
  void aSourceThatHasNotHeardThatAllWasFetchedIsGivenTimeAndThenEnded() {
    sourceHolds("post-copy failed");
    destination(DomainState.Running, "migrated");
    reconcile();
    assertThat(move().status().settlement()).isNull();

    clock.pass(Settler.PATIENCE);
    reconcile();

    assertStep(1, "PostCopyDone", SourceOrder.DestroyRemains);
    source(ended(Switched.Gone, DomainState.Absent, null).done(1));
    reconcile();
    assertSays(Phase.Succeeded, "True", "Migrated");
  }

  @Test
  void whatIsLeftOfAGuestWhoseDestinationDiedIsDiscarded() {
    sourceHolds("post-copy failed");
    destination(DomainState.ShutOff, "crashed");
    reconcile();
    assertStep(1, "DiscardRemains", SourceOrder.DestroyRemains);

    source(ended(Switched.Gone, DomainState.ShutOff, "destroyed").done(1));
    reconcile();
    assertStep(2, "LostLeftover", SourceOrder.Undefine);
    source(ended(Switched.Gone, DomainState.Absent, null).done(2));
    reconcile();

    assertSays(Phase.Failed, "False", "GuestLost");
    assertThat(condition("Succeeded").getMessage())
        .contains("start it from its definition")
        .doesNotContain("virsh destroy");
  }

  @Test
  void aGuestWhoseSourceDiedIsLostOnceItsDestinationHasLookedAgain() {
    source(ended(Switched.Gone, DomainState.ShutOff, "crashed"));
    destination(DomainState.Running, "post-copy failed");
    reconcile();
    assertThat(move().status().settlement()).isNull();
    clock.pass(Settler.PATIENCE);
    reconcile();
    assertStep(1, "LookForRest", SourceOrder.None);
    reconcile();
    assertThat(condition("Succeeded").getMessage()).contains("host-c to look at its copy again");

    destination(DomainState.Running, "post-copy failed", 1);
    reconcile();
    assertStep(2, "LostLeftover", SourceOrder.Undefine);
    reconcile();
    assertThat(condition("Stalled").getStatus()).isEqualTo("True");
    assertThat(condition("Succeeded").getMessage()).contains("it waits for the other half");
    source(ended(Switched.Gone, DomainState.Absent, null).done(2));
    reconcile();

    assertSays(Phase.Failed, "False", "GuestLost");
    assertThat(condition("Succeeded").getMessage()).contains("'virsh destroy'");
  }

  @Test
  void aLookThatComesWhileLibvirtWasNotAskedForLongIsNotHurried() {
    source(ended(Switched.Gone, DomainState.ShutOff, "unknown"));
    died("host-c");
    reconcile();
    clock.pass(Duration.ofMinutes(5));
    reconcile();
    assertSays(Phase.Settling, "Unknown", "DestinationUnverified");

    returned("host-c");
    destination(DomainState.Running, "post-copy");
    reconcile();
    assertThat(move().status().settlement()).as("libvirt may be about to see the end").isNull();

    destination(DomainState.Running, "migrated");
    reconcile();
    assertStep(1, "LeftoverDefinition", SourceOrder.Undefine);
  }

  @Test
  void whatTheSecondLookFindsToHaveArrivedHasMoved() {
    source(ended(Switched.Gone, DomainState.ShutOff, "crashed"));
    destination(DomainState.Running, "post-copy failed");
    reconcile();
    clock.pass(Settler.PATIENCE);
    reconcile();
    destination(DomainState.Running, "migrated", 1);
    reconcile();
    assertStep(2, "LeftoverDefinition", SourceOrder.Undefine);
    source(ended(Switched.Gone, DomainState.Absent, null).done(2));
    reconcile();

    assertSays(Phase.Succeeded, "True", "Migrated");
  }

  /** Neither libvirt remembers, after its restart, how its copy has ended. */
  @Test
  void aGuestOfWhichTwoDefinitionsAreLeftHasEndedAndKeepsTheLast() {
    source(ended(Switched.Gone, DomainState.ShutOff, "unknown"));
    endedUnseen(null);
    reconcile();
    assertStep(1, "LeftoverOfPostCopy", SourceOrder.Undefine);

    source(ended(Switched.Gone, DomainState.Absent, null).done(1));
    endedUnseen(1);
    reconcile();

    assertSays(Phase.Failed, "False", "GuestStopped");
    assertThat(condition("Succeeded").getMessage())
        .contains("whether all of its memory had come by then is not known, on host-c");
  }

  @Test
  void ofAGuestThatWentOnAtItsSourceAfterAllNoDefinitionIsHeldForTheLast() {
    source(
        ended(Switched.Gone, DomainState.ShutOff, "unknown")
            .sinceSwitchover(SinceSwitchover.WentOn));
    endedUnseen(null);
    reconcile();
    clock.pass(Settler.PATIENCE);
    reconcile();

    assertSays(Phase.Settling, "Unknown", "OutcomeUnknown");
    assertThat(move().status().settlement()).isNull();
  }

  private void endedUnseen(Integer done) {
    api.destination(
        "move", Sample.saw(Started.Unknown, DomainState.ShutOff, "unknown").done(done).build());
  }

  @Test
  void aGuestWhoseSourceIsFencedInPostCopyIsLost() {
    died("host-b");
    api.host(Sample.fenced(api.hosts.get("host-b"), Sample.SOURCE_BOOT));
    api.destination(
        "move",
        Sample.saw(Started.Started, DomainState.Running, "post-copy").peerSequence(2L).build());
    reconcile();
    assertStep(1, "SourceFenced", SourceOrder.None);
    api.destination(
        "move",
        Sample.saw(Started.Started, DomainState.Running, "post-copy")
            .peerSequence(2L)
            .done(1)
            .build());
    reconcile();

    assertSays(Phase.Failed, "False", "GuestLost");
  }

  @Test
  void aSilentHalfIsWaitedForAndAPersonIsTold() {
    sourceHolds("post-copy failed");
    died("host-c");
    reconcile();
    clock.pass(Settler.PATIENCE);
    reconcile();
    assertSays(Phase.Settling, "Unknown", "DestinationUnverified");
    assertThat(condition("Stalled").getStatus()).isEqualTo("True");

    returned("host-c");
    destination(DomainState.Running, "post-copy failed");
    died("host-b");
    reconcile();
    clock.pass(Settler.PATIENCE);
    reconcile();

    assertSays(Phase.Settling, "Unknown", "SourceUnverified");
    assertThat(condition("Succeeded").getMessage()).contains("If host-b is lost, the guest is too");
  }
}
