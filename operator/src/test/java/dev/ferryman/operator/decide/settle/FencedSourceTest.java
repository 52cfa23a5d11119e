package dev.ferryman.operator.decide.settle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Settlement;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A source that was cut off from power and storage: for which boot, and what it said before. */
class FencedSourceTest extends EvidenceFixture {
  @Test
  void aFencedBootCountsOnlyForThatBootAndOnlyWhileTheHostIsDead() {
    var report = Sample.source(SourceState.Running).build();
    var fenced = Sample.fenced(b, Sample.SOURCE_BOOT);

    assertThat(read(Phase.Migrating, report, running, fenced, c, false).orElseThrow().source())
        .isEqualTo(new SourceEvidence.Fenced(false));
    assertThat(
            read(Phase.Migrating, report, running, Sample.fenced(b, "other"), c, false)
                .orElseThrow()
                .source())
        .isEqualTo(new SourceEvidence.Silent());
    assertThat(
            read(Phase.Migrating, report, running, Sample.with(fenced, Liveness.Alive), c, false))
        .isEmpty();
  }

  @Test
  void aFencedHostThatLastSaidItsGuestWentOnIsKnownForThat() {
    var fenced = Sample.fenced(b, Sample.SOURCE_BOOT);
    var ranOn =
        Sample.ended(Switched.MayHaveSwitched, DomainState.Running, "migration canceled").build();
    var stood = Sample.ended(Switched.MayHaveSwitched, DomainState.Paused, "migrating").build();

    assertThat(read(Phase.Settling, ranOn, running, fenced, c, false).orElseThrow().source())
        .isEqualTo(new SourceEvidence.Fenced(true));
    assertThat(read(Phase.Settling, stood, running, fenced, c, false).orElseThrow().source())
        .isEqualTo(new SourceEvidence.Fenced(false));
  }

  @Test
  void aRecordedFenceOutlivesTheHostResource() {
    var report = Sample.source(SourceState.Running).build();

    assertThat(fenced(report, Sample.SOURCE_BOOT, Optional.empty()))
        .isEqualTo(new SourceEvidence.Fenced(false));
    assertThat(fenced(report, Sample.SOURCE_BOOT, Optional.of(Sample.with(b, Liveness.Dead))))
        .isEqualTo(new SourceEvidence.Fenced(false));
    assertThat(fenced(report, "other", Optional.empty())).isEqualTo(new SourceEvidence.Silent());
    assertThat(fenced(report, Sample.SOURCE_BOOT, Optional.of(Sample.notReady(b))))
        .isEqualTo(new SourceEvidence.Silent());
  }

  private SourceEvidence fenced(SourceReport report, String boot, Optional<Host> host) {
    var settlement =
        new Settlement(
            Sample.ATTEMPT, 1, "SourceFenced", SourceOrder.None, DestinationOrder.None, boot);
    var move =
        Sample.move(
            Phase.Settling, s -> s.source(report).destination(running).settlement(settlement));
    return Evidence.of(move, host, Optional.of(c), false).orElseThrow().source();
  }
}
