package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import org.junit.jupiter.api.Test;

/** A move under way that is not wanted any more. */
class CancelledMoveTest extends MoveFixture {

  @Test
  void aDeletedMoveUnderWayIsCancelledAndOnlyThenLetGo() {
    toRunning();
    api.delete("move");
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Migrating);

    api.source(
        "move",
        Sample.ended(Switched.NeverStopped, DomainState.Running, "booted")
            .abortRequested(true)
            .build());
    api.destination("move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
    reconcile();

    assertThat(api.writes).endsWith("Cancelled", "release");
    assertThat(move()).isNull();
  }

  @Test
  void aCancelThatCameTooLateIsRefusedVisibly() {
    toRunning();
    api.cancel("move");
    api.source("move", Sample.ended(Switched.Gone, DomainState.Absent, null).build());
    api.destination("move", Sample.saw(Started.Started, DomainState.Running, "migrated").build());
    reconcile();

    assertSays(Phase.Succeeded, "True", "Migrated");
    assertThat(condition("CancelRefused").getStatus()).isEqualTo("True");
  }

  @Test
  void aFailureBesideACancelIsNotCalledCancelled() {
    toRunning();
    api.cancel("move");
    api.source(
        "move",
        Sample.ended(Switched.NeverStopped, DomainState.Running, "booted")
            .result(new CallResult(38, 7, "cannot connect"))
            .build());
    api.destination("move", Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
    reconcile();

    assertSays(Phase.Failed, "False", "MigrationFailed");
    assertThat(condition("Succeeded").getMessage()).contains("cannot connect").contains("38");
  }
}
