package dev.ferryman.operator.decide.settle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.settle.SourceEvidence.GuestEnd;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What the destination says of its copy. */
class DestinationEvidenceTest extends EvidenceFixture {
  @Test
  void aDomainWithoutTheAttemptsMarkIsNotItsCopy() {
    var stranger =
        Sample.saw(Started.Started, DomainState.Running, null)
            .domain(new DomainReport(DomainState.Running, null, null, null))
            .build();

    assertThat(read(gone, stranger).destination()).isEqualTo(new DestinationEvidence.Unclear());
  }

  @Test
  void theDestinationsCopyIsRead() {
    assertThat(at(Started.NeverStarted, DomainState.Absent, null))
        .isEqualTo(new DestinationEvidence.NeverStarted(null));
    assertThat(at(Started.NeverStarted, DomainState.ShutOff, "failed"))
        .isEqualTo(new DestinationEvidence.NeverStarted(GuestEnd.Crashed));
    assertThat(at(Started.NeverStarted, DomainState.Paused, "user"))
        .isEqualTo(new DestinationEvidence.CompletePaused(true));
    assertThat(at(Started.Unknown, DomainState.Paused, "user"))
        .isEqualTo(new DestinationEvidence.CompletePaused(false));
    assertThat(at(Started.NeverStarted, DomainState.Paused, "migrating"))
        .isEqualTo(new DestinationEvidence.IncomingPaused());
    assertThat(at(Started.Started, DomainState.Paused, "user"))
        .isEqualTo(new DestinationEvidence.StartedPaused("user"));
    assertThat(at(Started.Started, DomainState.Paused, "I/O error"))
        .isEqualTo(new DestinationEvidence.StartedPaused("I/O error"));
    assertThat(at(Started.Started, DomainState.PMSuspended, null))
        .isEqualTo(new DestinationEvidence.StartedPaused("suspended by the guest"));
    for (var reason : Arrays.asList("migrating", "post-copy failed", "starting up", null)) {
      assertThat(at(Started.Started, DomainState.Paused, reason))
          .isEqualTo(new DestinationEvidence.StartedPaused(null));
    }
    assertThat(at(Started.Started, DomainState.ShutOff, "shutdown"))
        .isEqualTo(new DestinationEvidence.StartedEnded(GuestEnd.Stopped, true));
    assertThat(at(Started.Started, DomainState.Absent, null))
        .isEqualTo(new DestinationEvidence.StartedEnded(GuestEnd.Stopped, false));
    assertThat(at(Started.Unknown, DomainState.Running, null))
        .isEqualTo(new DestinationEvidence.Running());
    assertThat(at(Started.Unknown, DomainState.Absent, null))
        .isEqualTo(new DestinationEvidence.AbsentUnproved());
    assertThat(at(null, DomainState.Absent, null)).isEqualTo(new DestinationEvidence.Unclear());
    assertThat(at(Started.NeverStarted, DomainState.Crashed, null))
        .isEqualTo(new DestinationEvidence.NeverStarted(GuestEnd.Crashed));
  }
}
