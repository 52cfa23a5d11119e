package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.DestinationReportBuilder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DiskCopy;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import dev.ferryman.operator.Sample;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A move for which the destination makes images first. */
class CopyTest extends MoveFixture {
  private static DestinationReportBuilder destination(DestinationState state) {
    return Sample.destination(state)
        .copies(List.of(new DiskCopy("vda", "/local/g1/disk", 1L << 30, 1L << 20)));
  }

  private void toPreparing() {
    toChecked();
    api.destination("move", destination(DestinationState.Checked).build());
    reconcile();
    assertSays(Phase.Preparing, "Unknown", "Preparing");
  }

  @Test
  void libvirtIsAskedOnlyWhenTheImagesAreThere() {
    toPreparing();
    assertThat(condition("Succeeded").getMessage()).contains("host-c", "vda");

    api.destination("move", destination(DestinationState.Preparing).build());
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Preparing);

    api.destination("move", destination(DestinationState.Prepared).build());
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Migrating);
    assertThat(move().status().switchover()).isEqualTo(SwitchoverMode.Strict);
  }

  @Test
  void aCancelIsOverOnlyWhenTheDestinationSaysThatNothingIsLeft() {
    toPreparing();
    api.cancel("move");
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Settling);

    api.source("move", Sample.source(SourceState.CleanedUp).build());
    reconcile();
    assertThat(move().phase()).as("its last word may be from before").isEqualTo(Phase.Settling);
    api.destination("move", destination(DestinationState.Prepared).build());
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Settling);

    api.destination("move", destination(DestinationState.CleanedUp).build());
    reconcile();
    assertSays(Phase.Cancelled, "False", "Cancelled");
  }

  @Test
  void anImageThatCannotBeMadeEndsTheMoveWithItsReason() {
    toPreparing();
    api.destination(
        "move",
        destination(DestinationState.Refused)
            .checks(
                List.of(
                    new Check(
                        "DiskCopy", CheckOutcome.Fail, "DiskExists", "host-c", "disk vda: is")))
            .build());
    reconcile();
    api.source("move", Sample.source(SourceState.CleanedUp).build());
    reconcile();

    assertSays(Phase.Failed, "False", "DiskExists");
    assertThat(condition("Succeeded").getMessage()).contains("disk vda");
    assertThat(move().status().checks()).extracting(Check::reason).contains("DiskExists");
  }

  @Test
  void aDestinationThatDiesOwesItsCleanUp() {
    toPreparing();
    died("host-c");
    reconcile();
    api.source("move", Sample.source(SourceState.CleanedUp).build());
    reconcile();

    assertSays(Phase.Failed, "False", "DestinationNotAlive");
  }

  @Test
  void aDestinationThatDoesNotAnswerIsNotWaitedForForever() {
    toPreparing();
    clock.pass(Duration.ofSeconds(31));
    reconcile();

    assertSays(Phase.Settling, "Unknown", "DestinationNoAnswer");
  }

  @Test
  void anotherOperatorGoesOn() {
    toPreparing();
    reconciler = reconciler();
    api.destination("move", destination(DestinationState.Prepared).build());
    reconcile();

    assertThat(move().phase()).isEqualTo(Phase.Migrating);
  }
}
