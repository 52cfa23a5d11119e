package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import org.junit.jupiter.api.Test;

/** A move of which a host is silent, dead or fenced. */
class LostHostTest extends MoveFixture {

  @Test
  void aLostDestinationFailsTheMoveAtOnce() {
    toRunning();
    died("host-c");
    api.source("move", Sample.ended(Switched.NeverStopped, DomainState.Running, "booted").build());
    reconcile();

    assertSays(Phase.Failed, "False", "DestinationLost");
  }

  @Test
  void aSilentSourceIsWaitedForVisiblyAndTheWaitEndsByItself() {
    toRunning();
    died("host-b");
    assertThat(reconcile()).contains(Settler.PATIENCE.plusMillis(1));
    clock.pass(Settler.PATIENCE);
    reconcile();
    assertSays(Phase.Migrating, "Unknown", "OutcomeUnknown");
    assertThat(condition("Stalled").getStatus()).isEqualTo("True");

    returned("host-b");
    reconcile();
    assertSays(Phase.Migrating, "Unknown", "Migrating");
    assertThat(condition("Stalled").getStatus()).isEqualTo("False");
  }

  @Test
  void aFencedSourceLetsAProvedMoveSucceed() {
    toRunning();
    api.destination(
        "move",
        Sample.saw(Started.Started, DomainState.Running, "migrated").peerSequence(2L).build());
    api.host(Sample.fenced(api.hosts.get("host-b"), Sample.SOURCE_BOOT));
    reconcile();

    var settlement = move().status().settlement();
    assertThat(settlement.sourceFencedBootID()).isEqualTo(Sample.SOURCE_BOOT);
    assertThat(move().phase()).isEqualTo(Phase.Settling);

    api.destination(
        "move", Sample.saw(Started.Started, DomainState.Running, "migrated").done(1).build());
    reconcile();
    assertSays(Phase.Succeeded, "True", "Migrated");
  }

  @Test
  void aDestinationThatStaysSilentAfterTheHandOverIsWaitedFor() {
    toRunning();
    api.source("move", Sample.ended(Switched.Gone, DomainState.Absent, null).build());
    assertThat(reconcile()).isPresent();
    clock.pass(Settler.PATIENCE);
    reconcile();

    assertSays(Phase.Settling, "Unknown", "DestinationUnverified");
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    reconcile();
    assertSays(Phase.Succeeded, "True", "Migrated");
  }

  @Test
  void aFencedSourceWhoseHostResourceIsDeletedLetsAProvedMoveSucceed() {
    toRunning();
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    api.host(Sample.fenced(api.hosts.get("host-b"), Sample.SOURCE_BOOT));
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Settling);

    api.hosts.remove("host-b");
    api.destination(
        "move", Sample.saw(Started.Started, DomainState.Running, "migrated").done(1).build());
    reconcile();
    assertSays(Phase.Succeeded, "True", "Migrated");
  }
}
