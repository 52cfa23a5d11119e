package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.Sample;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** {@code ttlSecondsAfterFinished}. */
class TimeToLiveTest extends MoveFixture {

  private void order(LiveMigrationSpec spec) {
    api.create(Sample.order("move", Sample.UID, spec));
  }

  @Test
  void whatHasEndedIsDeletedAfterItsTime() {
    order(LiveMigrationSpec.of("i-00000003", "host-b").deletedAfter(60));
    var again = reconcile();

    assertSays(Phase.Succeeded, "True", "AlreadyThere");
    assertThat(again).hasValueSatisfying(d -> assertThat(d).isBetween(seconds(59), seconds(61)));
    clock.pass(seconds(58));
    assertThat(reconcile()).isPresent();
    clock.pass(seconds(3));
    assertThat(reconcile()).isEmpty();
    assertThat(api.objects).isEmpty();
  }

  @Test
  void anotherOperatorDeletesItToo() {
    order(LiveMigrationSpec.of("i-00000003", "host-z").deletedAfter(0));
    reconcile();

    assertThat(api.objects).isEmpty();
    assertThat(api.writes).containsExactly("Failed", "delete");
  }

  @Test
  void labelsAndFinalizerGoFirst() {
    order(LiveMigrationSpec.of("i-00000003", "host-c").deletedAfter(0));
    reconcile();
    api.cancel("move");
    api.source(
        "move", Sample.source(dev.ferryman.crds.livemigration.SourceState.CleanedUp).build());
    api.destination(
        "move",
        Sample.destination(dev.ferryman.crds.livemigration.DestinationState.CleanedUp).build());
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Cancelled);
    reconcile();

    assertThat(api.objects).isEmpty();
    assertThat(api.writes).endsWith("Cancelled", "release", "delete");
  }

  @Test
  void withoutATimeItIsKept() {
    order(LiveMigrationSpec.of("i-00000003", "host-b"));

    assertThat(reconcile()).isEmpty();
    clock.pass(Duration.ofDays(1000));
    assertThat(reconcile()).isEmpty();
    assertThat(api.objects).hasSize(1);
  }

  @Test
  void whatIsUnderWayHasNoAge() {
    order(LiveMigrationSpec.of("i-00000003", "host-c").deletedAfter(1));
    toRunning();
    clock.pass(seconds(60));
    reconcile();

    assertThat(move().phase()).isEqualTo(Phase.Migrating);
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }
}
