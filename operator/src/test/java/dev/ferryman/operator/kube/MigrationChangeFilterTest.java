package dev.ferryman.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.operator.Sample;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class MigrationChangeFilterTest {
  private static boolean passes(Consumer<LiveMigration> change) {
    var before = Sample.order("move", Sample.UID, "i-00000003", "host-c");
    var now = Sample.order("move", Sample.UID, "i-00000003", "host-c");
    change.accept(now);
    return new MigrationChangeFilter().accept(now, before);
  }

  @Test
  void whatUsersChangePasses() {
    assertThat(passes(m -> m.getMetadata().setGeneration(2L))).isTrue();
    assertThat(passes(m -> m.getMetadata().setDeletionTimestamp("2026-11-23T12:00:00Z"))).isTrue();
    assertThat(passes(m -> m.getMetadata().setFinalizers(List.of("other")))).isTrue();
  }

  @Test
  void aHostsLabelThatIsTakenOffPasses() {
    assertThat(passes(m -> m.getMetadata().setLabels(Map.of("host.ferryman.dev/host-b", "source"))))
        .isTrue();
  }

  @Test
  void whatAgentsSayPasses() {
    assertThat(
            passes(
                m ->
                    m.setStatus(
                        LiveMigrationStatusBuilder.builder()
                            .source(Sample.source(SourceState.Checking).build())
                            .build())))
        .isTrue();
    assertThat(
            passes(
                m ->
                    m.setStatus(
                        LiveMigrationStatusBuilder.builder()
                            .destination(Sample.destination(DestinationState.Checked).build())
                            .build())))
        .isTrue();
  }

  @Test
  void theOperatorsOwnWritesDoNot() {
    assertThat(
            passes(
                m ->
                    m.setStatus(
                        LiveMigrationStatusBuilder.builder().phase(Phase.Checking).build())))
        .isFalse();
    assertThat(passes(m -> m.getMetadata().setLabels(Map.of("a", "b")))).isFalse();
    assertThat(passes(m -> m.getMetadata().setResourceVersion("9"))).isFalse();
  }
}
