package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.hostresource.Storage;
import dev.ferryman.crds.livemigration.DestinationReportBuilder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DiskCopy;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.admission.DiskCapacity;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
  void networkFiltersAreInstalledBeforeLibvirtIsAsked() {
    toChecked();
    var report = Sample.destination(DestinationState.Checked).filters(List.of("clean"));
    api.destination("move", report.build());
    reconcile();
    assertSays(Phase.Preparing, "Unknown", "Preparing");
    assertThat(condition("Succeeded").getMessage())
        .isEqualTo("host-c installs network filters clean");

    api.destination("move", report.state(DestinationState.Prepared).build());
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Migrating);
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
                    Check.fail(CheckName.DiskCopy, Reason.DiskExists, "host-c", "disk vda: is")))
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

  /** host-c has 800 GiB, of which 100 are used and committed. */
  private DestinationReportBuilder copies(String path, long allocatedGiB, long virtualGiB) {
    return Sample.destination(DestinationState.Checked)
        .copies(List.of(new DiskCopy("vda", path, virtualGiB << 30, allocatedGiB << 30)));
  }

  private void checked(DestinationReportBuilder destination) {
    api.host(
        Sample.with(
            api.hosts.get("host-c"),
            s -> s.storage(List.of(new Storage("/instances", "ext4", false, false, 800L, 700L)))));
    toChecked();
    api.destination("move", destination.build());
    reconcile();
  }

  @ParameterizedTest(name = "{1} of {2} GiB at {0}: {3}")
  @CsvSource({
    "/instances/g1/disk, 700, 700, Preparing",
    "/instances/g1/disk, 10, 700, Preparing",
    "/instances/g1/disk, 10, 701, InsufficientDisk",
    "/elsewhere/g1/disk, 10, 701, Preparing",
  })
  void theInstancesDirectoryIsFilledUpToItsOvercommit(
      String path, long allocatedGiB, long virtualGiB, String reason) {
    checked(copies(path, allocatedGiB, virtualGiB));

    assertThat(condition("Succeeded").getReason()).isEqualTo(reason);
  }

  @Test
  void whatIsUsedCountsFirst() {
    checked(copies("/instances/g1/disk", 701, 701));

    assertThat(condition("Succeeded").getMessage()).contains("disk: 100 used + 701 > 800 - 0 GiB");
  }

  @Test
  void theRoomThatAnotherMoveIsAboutToTakeIsTaken() {
    checked(copies("/instances/g1/disk", 10, 400));
    assertThat(move().phase()).isEqualTo(Phase.Preparing);
    var claimed =
        DiskCapacity.check(
            Migration.of(Sample.order("other", "other-uid", "i-00000004", "host-c")),
            api.hosts.get("host-c"),
            List.of(move()));
    assertThat(claimed).as("it copies nothing").isEmpty();

    var other =
        Sample.move(
            Phase.Checking,
            status -> status.destination(copies("/instances/g4/disk", 10, 301).build()));
    var second =
        new Migration(
            "other",
            "other-uid",
            "7",
            1,
            other.created(),
            false,
            true,
            other.hostLabels(),
            other.spec(),
            other.status());

    assertThat(DiskCapacity.check(second, api.hosts.get("host-c"), List.of(move())))
        .hasValueSatisfying(
            check -> {
              assertThat(check.outcome()).isEqualTo(CheckOutcome.Fail);
              assertThat(check.message()).contains("100 committed + 400 claimed + 301 > 800");
            });
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
