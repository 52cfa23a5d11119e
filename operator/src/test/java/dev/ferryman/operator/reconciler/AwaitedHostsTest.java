package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import org.junit.jupiter.api.Test;

/** What is said while hosts that answer still have something to do. */
class AwaitedHostsTest extends MoveFixture {

  private void stayedAtItsSource(DestinationState destination) {
    api.source("move", Sample.ended(Switched.NeverStopped, DomainState.Running, "booted").build());
    api.destination(
        "move",
        Sample.saw(Started.NeverStarted, DomainState.Absent, null).state(destination).build());
  }

  @Test
  void aCleanUpThatDoesNotComeIsTurnedOverToAPerson() {
    toRunning();
    stayedAtItsSource(DestinationState.Prepared);
    reconcile();
    clock.pass(Settler.PATIENCE);
    assertThat(reconcile()).contains(Settler.OVERDUE.plusMillis(1));
    assertThat(condition("Stalled").getStatus()).isEqualTo("False");

    clock.pass(Settler.OVERDUE);
    reconcile();

    assertThat(condition("Stalled").getStatus()).isEqualTo("True");
    assertThat(condition("Stalled").getMessage())
        .startsWith("waits for the clean-up on host-c for more than 2 minutes");
    stayedAtItsSource(DestinationState.CleanedUp);
    reconcile();
    assertSays(Phase.Failed, "False", "MigrationFailed");
    assertThat(condition("Succeeded").getMessage()).doesNotContain("minutes");
  }

  @Test
  void anOrderThatIsNotCarriedOutIsTurnedOverToAPerson() {
    toRunning();
    api.source(
        "move", Sample.ended(Switched.MayHaveSwitched, DomainState.Paused, "migrating").build());
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    reconcile();
    assertThat(condition("Stalled").getStatus()).isEqualTo("False");

    clock.pass(Settler.OVERDUE);
    reconcile();

    assertThat(condition("Stalled").getStatus()).isEqualTo("True");
    assertThat(condition("Stalled").getMessage())
        .startsWith("waits for Destroy on host-b for more than 2 minutes");
  }

  /** It is not called silent before it could have looked again. */
  @Test
  void theDestinationHasItsTimeAfterEachEndThatTheSourceTellsOf() {
    toRunning();
    api.source(
        "move", Sample.ended(Switched.MayHaveSwitched, DomainState.Paused, "migrating").build());
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    reconcile();
    clock.pass(Settler.PATIENCE);

    api.source(
        "move",
        Sample.ended(Switched.Gone, DomainState.Absent, null)
            .sequence(11L)
            .endSequence(11L)
            .done(1)
            .build());

    assertThat(reconcile()).contains(Settler.PATIENCE.plusMillis(1));
    assertSays(Phase.Settling, "Unknown", "Settling");
  }
}
