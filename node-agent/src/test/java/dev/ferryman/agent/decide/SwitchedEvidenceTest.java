package dev.ferryman.agent.decide;

import static dev.ferryman.crds.livemigration.DomainState.Absent;
import static dev.ferryman.crds.livemigration.DomainState.Crashed;
import static dev.ferryman.crds.livemigration.DomainState.Paused;
import static dev.ferryman.crds.livemigration.DomainState.Running;
import static dev.ferryman.crds.livemigration.DomainState.ShutOff;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.ProcessIdentity;
import dev.ferryman.crds.livemigration.Switched;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SwitchedEvidenceTest {
  private static final ProcessIdentity QEMU = new ProcessIdentity(100L, 5000L);
  private static final ProcessIdentity OTHER_QEMU = new ProcessIdentity(100L, 9000L);
  private static final DomainReport BEFORE = domain(Running, "booted", QEMU);

  @ParameterizedTest(name = "{0}: {1}, suspended {2}, same daemon {3} -> {4}")
  @MethodSource("readings")
  void judgesByStateReasonProcessAndDaemonTogether(
      String what, DomainReport now, boolean suspended, boolean sameDaemon, Switched expected) {
    assertThat(SwitchedEvidence.judge(BEFORE, now, suspended, sameDaemon)).isEqualTo(expected);
  }

  static Stream<Arguments> readings() {
    return Stream.of(
        Arguments.of("untouched", BEFORE, false, true, Switched.NeverStopped),
        Arguments.of("was stopped meanwhile", BEFORE, true, true, Switched.MayHaveSwitched),
        Arguments.of("libvirt was restarted", BEFORE, false, false, Switched.MayHaveSwitched),
        Arguments.of(
            "another QEMU with the same pid",
            domain(Running, "booted", OTHER_QEMU),
            false,
            true,
            Switched.MayHaveSwitched),
        Arguments.of(
            "let go on after a failed switch-over",
            domain(Running, "migration canceled", QEMU),
            false,
            true,
            Switched.MayHaveSwitched),
        Arguments.of(
            "stopped by the migration",
            domain(Paused, "migrating", QEMU),
            false,
            true,
            Switched.MayHaveSwitched),
        Arguments.of("undefined", domain(Absent, null, null), false, true, Switched.Gone),
        Arguments.of("shut off", domain(ShutOff, "migrated", null), false, true, Switched.Gone),
        Arguments.of("crashed", domain(Crashed, "panicked", null), false, true, Switched.Gone),
        Arguments.of(
            "its QEMU has gone", domain(Running, "booted", null), false, true, Switched.Gone));
  }

  @Test
  void oldCancelledReasonNeverProvesThatThisMigrationDidNotStopTheGuest() {
    var before = domain(Running, "migration canceled", QEMU);

    assertThat(SwitchedEvidence.judge(before, before, false, true))
        .isEqualTo(Switched.MayHaveSwitched);
  }

  @Test
  void withoutBaselineNothingIsProved() {
    assertThat(SwitchedEvidence.judge(null, BEFORE, false, true))
        .isEqualTo(Switched.MayHaveSwitched);
  }

  private static DomainReport domain(DomainState state, String reason, ProcessIdentity process) {
    return new DomainReport(state, reason, process, null);
  }
}
