package dev.ferryman.operator.decide.settle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceReportBuilder;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.settle.SourceEvidence.Gone;
import dev.ferryman.operator.decide.settle.SourceEvidence.GuestEnd;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Which of two hosts' words count: fresh ones, of hosts that answer. */
class EvidenceTest extends EvidenceFixture {
  @Test
  void bothHostsWordsAreRead() {
    assertThat(read(gone, running))
        .isEqualTo(
            new Evidence(
                new Gone(GuestEnd.Migrated, false, SinceSwitchover.StoodStill),
                new DestinationEvidence.Running(),
                false,
                false));
  }

  @Test
  void aDestinationReadBeforeTheEndIsWaitedForAndThenCountsAsSilent() {
    var early = Sample.saw(Started.Started, DomainState.Running, null).peerSequence(9L).build();

    assertThat(read(Phase.Migrating, gone, early, b, c, true)).isEmpty();
    assertThat(read(gone, early).destination()).isEqualTo(new DestinationEvidence.Silent());
  }

  @Test
  void aDestinationThatHasNotSpokenIsWaitedFor() {
    assertThat(read(Phase.Migrating, gone, null, b, c, true)).isEmpty();
    assertThat(read(gone, null).destination()).isEqualTo(new DestinationEvidence.Silent());
  }

  @Test
  void aHostThatIsDeadOrNotReadyOrGoneIsSilentAtOnce() {
    for (var host : new Host[] {Sample.with(c, Liveness.Dead), Sample.notReady(c), null}) {
      assertThat(read(Phase.Migrating, gone, running, b, host, true).orElseThrow().destination())
          .isEqualTo(new DestinationEvidence.Silent());
    }
    for (var host : new Host[] {Sample.with(b, Liveness.Dead), Sample.notReady(b), null}) {
      assertThat(read(Phase.Migrating, gone, running, host, c, true).orElseThrow().source())
          .isEqualTo(new SourceEvidence.Silent());
    }
  }

  @Test
  void aWordOfAnEarlierBootOrLibvirtDaemonIsWaitedForAndThenCountsAsSilent() {
    for (var now :
        List.<UnaryOperator<HostResourceStatusBuilder>>of(
            s -> s.bootID("a later boot"), s -> s.libvirtdStartTime(2L))) {
      var from = Sample.with(b, now);
      var to = Sample.with(c, now);
      assertThat(read(Phase.Migrating, gone, running, from, c, true)).isEmpty();
      assertThat(read(Phase.Migrating, gone, running, b, to, true)).isEmpty();

      assertThat(read(Phase.Migrating, gone, running, from, c, false).orElseThrow())
          .isEqualTo(
              new Evidence(
                  new SourceEvidence.Silent(), new DestinationEvidence.Running(), false, false));
      assertThat(read(Phase.Migrating, gone, running, b, to, false).orElseThrow())
          .isEqualTo(
              new Evidence(
                  new Gone(GuestEnd.Migrated, false, SinceSwitchover.StoodStill),
                  new DestinationEvidence.Silent(),
                  false,
                  false));
    }
  }

  @Test
  void aDaemonThatOnlyOneOfReportAndHostHasSeenRefutesNothing() {
    var report = SourceReportBuilder.builder(gone).libvirtdStartTime(null).build();
    var host = Sample.with(b, s -> s.libvirtdStartTime(2L));

    assertThat(read(Phase.Migrating, report, running, host, c, true).orElseThrow().source())
        .isInstanceOf(Gone.class);
    host = Sample.with(b, s -> s.libvirtdStartTime(null));
    assertThat(read(Phase.Migrating, gone, running, host, c, true).orElseThrow().source())
        .isInstanceOf(Gone.class);
  }

  @Test
  void nothingIsReadWhileLivenessIsUnknown() {
    assertThat(read(Phase.Settling, gone, running, Sample.with(b, Liveness.Unknown), c, false))
        .isEmpty();
    assertThat(read(Phase.Settling, gone, running, b, Sample.with(c, Liveness.Unknown), false))
        .isEmpty();
  }

  @Test
  void aReportOnAnotherAttemptIsNoReport() {
    var other = Sample.saw(Started.Started, DomainState.Running, null).attemptUID("x/1").build();

    assertThat(read(gone, other).destination()).isEqualTo(new DestinationEvidence.Silent());
  }
}
