package dev.ferryman.agent.decide;

import static dev.ferryman.crds.livemigration.DomainState.Absent;
import static dev.ferryman.crds.livemigration.DomainState.Paused;
import static dev.ferryman.crds.livemigration.DomainState.Running;
import static dev.ferryman.crds.livemigration.DomainState.ShutOff;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.decide.StartedEvidence.History;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Started;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StartedEvidenceTest {
  private static final String ATTEMPT = "3f1c5f0e-0000-4000-8000-000000000001/1";
  private static final String OTHER = "3f1c5f0e-0000-4000-8000-000000000002/1";
  private static final History SEEN_ALL = new History(false, true, true, false, false, false);
  private static final History GAP = new History(false, false, true, false, false, false);
  private static final History GAP_TRANSIENT =
      new History(false, false, false, false, false, false);
  private static final History GAP_DEFINED_BEFORE =
      new History(false, false, true, true, false, false);
  private static final History HELD_BACK = new History(false, false, false, true, false, true);
  private static final History GAP_DISCARDED = new History(false, false, false, true, true, false);
  private static final History RESUMED = new History(true, false, true, false, false, false);

  @ParameterizedTest(name = "{0} -> {3}")
  @MethodSource("histories")
  void judgesByWhatWasSeenAndWhatIsThere(
      String what, DomainReport now, History history, Started expected) {
    assertThat(StartedEvidence.judge(now, ATTEMPT, history)).isEqualTo(expected);
  }

  static Stream<Arguments> histories() {
    return Stream.of(
        Arguments.of("our copy runs", domain(Running, ATTEMPT), SEEN_ALL, Started.Started),
        Arguments.of("our copy ran and is gone", domain(Absent, null), RESUMED, Started.Started),
        Arguments.of(
            "our copy never ran, every event seen",
            domain(ShutOff, ATTEMPT),
            SEEN_ALL,
            Started.NeverStarted),
        Arguments.of(
            "our copy is being received", domain(Paused, ATTEMPT), SEEN_ALL, Started.NeverStarted),
        Arguments.of("nothing there", domain(Absent, null), SEEN_ALL, Started.NeverStarted),
        Arguments.of(
            "nothing there, events missed, libvirt would have stored a definition",
            domain(Absent, null),
            GAP,
            Started.NeverStarted),
        Arguments.of(
            "nothing there, events missed, transient guest leaves no trace",
            domain(Absent, null),
            GAP_TRANSIENT,
            Started.Unknown),
        Arguments.of(
            "nothing there, events missed, a definition was there before",
            domain(Absent, null),
            GAP_DEFINED_BEFORE,
            Started.Unknown),
        Arguments.of(
            "nothing there, events missed, this host has removed what never ran",
            domain(Absent, null),
            GAP_DISCARDED,
            Started.NeverStarted),
        Arguments.of(
            "shut off copy, events missed: it may have run",
            domain(ShutOff, ATTEMPT),
            GAP,
            Started.Unknown),
        Arguments.of(
            "copy that only this agent may resume, events missed",
            domain(Paused, ATTEMPT),
            HELD_BACK,
            Started.NeverStarted),
        Arguments.of(
            "the same, but somebody has resumed it",
            domain(Running, ATTEMPT),
            HELD_BACK,
            Started.Started),
        Arguments.of(
            "another attempt's copy runs", domain(Running, OTHER), SEEN_ALL, Started.Unknown),
        Arguments.of("a copy without mark runs", domain(Running, null), SEEN_ALL, Started.Unknown));
  }

  private static DomainReport domain(DomainState state, String mark) {
    return new DomainReport(state, null, null, mark);
  }
}
