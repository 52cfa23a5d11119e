package dev.ferryman.crds.server;

import static dev.ferryman.crds.server.Refusals.assertInvalid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DiskCopy;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** libvirt is not asked to copy a disk before there is an image for it. */
@ExtendWith(FerrymanServerExtension.class)
class CopyRulesIT {
  private static final String NOT_MADE =
      "the destination has not made what the instance needs there";

  private final KubernetesClient admin;

  CopyRulesIT(FerrymanServer server) {
    this.admin = server.admin();
  }

  private Move checked() {
    return says(Move.order(admin).checking().source(SourceState.Checking, 1), 1)
        .source(SourceState.Checked, 2);
  }

  private static Move says(Move move, long sequence) {
    return says(move, DestinationState.Checked, sequence);
  }

  private static Move says(Move move, DestinationState state, long sequence) {
    return move.destination(
        "host-c",
        report ->
            report
                .state(state)
                .sequence(sequence)
                .copies(List.of(new DiskCopy("vda", "/local/g1/disk", 1L << 30, 1L << 20)))
                .prepared(List.of("/local/g1/disk")));
  }

  @Test
  void goesByWayOfPreparing() {
    var move = checked().phase(Phase.Preparing);
    says(move, DestinationState.Preparing, 2);
    says(move, DestinationState.Prepared, 3);
    move.phase(Phase.Migrating).source(SourceState.Starting, 3);

    assertThat(move.read().getStatus().destination().copies()).hasSize(1);
    assertThat(move.read().getStatus().phase()).isEqualTo(Phase.Migrating);
  }

  @Test
  void neverDirectly() {
    var move = checked();

    assertInvalid(NOT_MADE, () -> move.phase(Phase.Migrating));
  }

  @Test
  void notBeforeItsNetworkFiltersAreInstalled() {
    var move =
        Move.order(admin)
            .checking()
            .source(SourceState.Checking, 1)
            .destination(
                "host-c",
                report ->
                    report.state(DestinationState.Checked).sequence(1L).filters(List.of("clean")))
            .source(SourceState.Checked, 2);

    assertInvalid(NOT_MADE, () -> move.phase(Phase.Migrating));
  }

  @ParameterizedTest
  @EnumSource(names = {"Checked", "Preparing", "Refused", "CleanedUp"})
  void onlyWhenTheDestinationSaysSo(DestinationState state) {
    var move = says(checked().phase(Phase.Preparing), state, 2);

    assertInvalid(NOT_MADE, () -> move.phase(Phase.Migrating));
  }

  @ParameterizedTest
  @EnumSource(names = {"Settling", "Failed", "Cancelled"})
  void mayEndInPreparing(Phase end) {
    assertThat(checked().phase(Phase.Preparing).phase(end).read().getStatus().phase())
        .isEqualTo(end);
  }

  @Test
  void startsNothingWhilePreparing() {
    var move = checked().phase(Phase.Preparing);

    assertInvalid("Starting", () -> move.source(SourceState.Starting, 3));
  }
}
