package dev.ferryman.operator.decide.settle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.settle.SourceEvidence.Gone;
import dev.ferryman.operator.decide.settle.SourceEvidence.GuestEnd;
import dev.ferryman.operator.decide.settle.SourceEvidence.Standing;
import org.junit.jupiter.api.Test;

/** What the source says of its copy. */
class SourceEvidenceTest extends EvidenceFixture {
  @Test
  void aRunningCallIsNeverJudgedWhileItsHostSpeaks() {
    var report = Sample.source(SourceState.Running).build();

    assertThat(read(Phase.Migrating, report, running, b, c, false)).isEmpty();
    assertThat(read(Phase.Settling, report, running, b, c, false)).isEmpty();
  }

  @Test
  void aRunningCallOnASilentHostIsSilence() {
    var report = Sample.source(SourceState.Running).build();

    assertThat(
            read(Phase.Migrating, report, running, Sample.with(b, Liveness.Dead), c, false)
                .orElseThrow()
                .source())
        .isEqualTo(new SourceEvidence.Silent());
  }

  @Test
  void anAttemptIsNotStartedOnceTheApiForbidsTheStart() {
    var checked = Sample.source(SourceState.Checked).build();
    var refused = Sample.source(SourceState.Refused).build();

    assertThat(read(Phase.Settling, checked, null, b, c, false).orElseThrow().source())
        .isEqualTo(new SourceEvidence.NotStarted());
    assertThat(read(Phase.Migrating, refused, null, b, c, false).orElseThrow().source())
        .isEqualTo(new SourceEvidence.NotStarted());
    assertThat(read(Phase.Migrating, checked, null, b, c, false)).isEmpty();
  }

  @Test
  void aCleanedUpReportOfACallThatWasMadeIsNotNotStarted() {
    assertThat(read(Phase.Settling, gone, running, b, c, false).orElseThrow().source())
        .isInstanceOf(Gone.class);
  }

  @Test
  void theGuestsOwnEndIsToldFromAMigration() {
    assertThat(end("shutdown", DomainState.ShutOff, null)).isEqualTo(GuestEnd.Stopped);
    assertThat(end("crashed", DomainState.ShutOff, null)).isEqualTo(GuestEnd.Crashed);
    assertThat(end("failed", DomainState.ShutOff, null)).isEqualTo(GuestEnd.Crashed);
    assertThat(end(null, DomainState.Crashed, null)).isEqualTo(GuestEnd.Crashed);
    assertThat(end("migrated", DomainState.ShutOff, null)).isEqualTo(GuestEnd.Migrated);
    assertThat(end(null, DomainState.Absent, 0)).isEqualTo(GuestEnd.Migrated);
    assertThat(end(null, DomainState.Absent, 38)).isEqualTo(GuestEnd.Stopped);
  }

  private GuestEnd end(String reason, DomainState state, Integer code) {
    var report =
        Sample.ended(Switched.Gone, state, reason)
            .result(code == null ? null : new CallResult(code, null, null))
            .build();
    return ((Gone) read(report, running).source()).end();
  }

  @Test
  void aSourceThatClaimsToBeGoneAndIsActiveIsUnclear() {
    var report = Sample.ended(Switched.Gone, DomainState.Running, null).build();

    assertThat(read(report, running).source()).isEqualTo(new SourceEvidence.Unclear());
  }

  @Test
  void aSourceOnWhichLibvirtStillWorksIsUnclear() {
    var report = Sample.ended(Switched.Gone, DomainState.Absent, null).jobActive(true).build();

    assertThat(read(report, running).source()).isEqualTo(new SourceEvidence.Unclear());
  }

  @Test
  void whoPausedTheSourceIsKept() {
    assertThat(standing("migrating")).isEqualTo(Standing.PausedByMigration);
    assertThat(standing("I/O error")).isEqualTo(Standing.PausedOtherwise);
    assertThat(standing(null)).isEqualTo(Standing.PausedOtherwise);
  }

  @Test
  void anAgentsPauseThatLibvirtHasForgottenIsNoPersons() {
    assertThat(standing("user", true)).isEqualTo(Standing.PausedToFinish);
    assertThat(standing("user", null)).isEqualTo(Standing.PausedOtherwise);
    assertThat(standing("I/O error", true)).isEqualTo(Standing.PausedOtherwise);
    assertThat(standing("migrating", true)).isEqualTo(Standing.PausedByMigration);
  }
}
