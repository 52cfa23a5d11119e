package dev.ferryman.agent.decide;

import static dev.ferryman.crds.livemigration.SinceSwitchover.StoodStill;
import static dev.ferryman.crds.livemigration.SinceSwitchover.Unknown;
import static dev.ferryman.crds.livemigration.SinceSwitchover.WentOn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandstillEvidenceTest {
  @ParameterizedTest(name = "{0} ({1}), persistent {2}, call succeeded {3}, watched {4}: {5}")
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          Absent,  -,         true,  false, -,          StoodStill
          Absent,  -,         true,  false, Unknown,    StoodStill
          Absent,  -,         false, false, Unknown,    Unknown
          Absent,  -,         false, false, StoodStill, StoodStill
          Absent,  -,         false, true,  Unknown,    StoodStill
          Absent,  -,         true,  false, WentOn,     WentOn
          ShutOff, migrated,  true,  false, Unknown,    StoodStill
          ShutOff, migrated,  false, false, -,          StoodStill
          ShutOff, migrated,  true,  false, WentOn,     WentOn
          ShutOff, crashed,   true,  false, StoodStill, StoodStill
          ShutOff, crashed,   true,  false, WentOn,     WentOn
          ShutOff, crashed,   true,  false, Unknown,    Unknown
          ShutOff, crashed,   true,  false, -,          Unknown
          ShutOff, destroyed, true,  false, StoodStill, StoodStill
          ShutOff, shutdown,  true,  false, -,          Unknown
          """)
  void judgesACopyThatIsGone(
      DomainState state,
      String reason,
      boolean persistent,
      boolean succeeded,
      SinceSwitchover watched,
      SinceSwitchover expected) {
    var now = new DomainReport(state, reason, null, null);

    assertThat(StandstillEvidence.judge(now, watched, persistent, succeeded)).isEqualTo(expected);
  }

  @Test
  void aReadingTellsOfACopyThatStillIsThere() {
    assertThat(StandstillEvidence.read(Unknown, read(DomainState.Running, "migration canceled")))
        .isEqualTo(WentOn);
    assertThat(StandstillEvidence.read(Unknown, read(DomainState.Paused, "migrating")))
        .isEqualTo(StoodStill);
    assertThat(StandstillEvidence.read(WentOn, read(DomainState.Paused, "user"))).isEqualTo(WentOn);
    assertThat(StandstillEvidence.read(Unknown, read(DomainState.Paused, "user")))
        .isEqualTo(Unknown);
    assertThat(StandstillEvidence.read(null, read(DomainState.ShutOff, "crashed"))).isNull();
  }

  private static DomainReport read(DomainState state, String reason) {
    return new DomainReport(state, reason, null, null);
  }
}
