package dev.ferryman.agent.decide;

import static dev.ferryman.agent.decide.SourceStep.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.decide.SourceStep.Call;
import dev.ferryman.agent.decide.SourceStep.Known;
import dev.ferryman.agent.decide.SourceStep.View;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SourceStepTest {
  private static final View NEW =
      SourceStepViewBuilder.builder()
          .phase(Phase.Checking)
          .known(Known.Nothing)
          .call(Call.None)
          .build();
  private static final View CHECKING =
      NEW.withKnown(Known.Checking).withState(SourceState.Checking).withOwnChecksBegun(true);
  private static final View CHECKED = CHECKING.withState(SourceState.Checked);
  private static final View GO = CHECKED.withPhase(Phase.Migrating);
  private static final View RUNNING =
      GO.withState(SourceState.Running).withKnown(Known.Starting).withCall(Call.UnderWay);
  private static final View ENDED =
      GO.withState(SourceState.CleanedUp).withKnown(Known.Ended).withCall(Call.None);

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("steps")
  void takesTheStepThatIsNext(String what, View view, SourceStep expected) {
    assertThat(SourceStep.next(view)).isEqualTo(expected);
  }

  static Stream<Arguments> steps() {
    return Stream.of(
        step("not heard of before", NEW, v -> v, BeginChecking),
        step(
            "a new agent finds its checks unfinished",
            CHECKING,
            v -> v.withOwnChecksBegun(false),
            BeginChecking),
        step(
            "own checks pass, whatever the destination does",
            CHECKING,
            v -> v.withOwnChecksDone(true),
            FinishChecking),
        step(
            "own checks fail, the destination has not looked yet",
            CHECKING,
            v -> v.withOwnChecksDone(true).withOwnChecksFail(true),
            Wait),
        step(
            "the destination has looked for the markers",
            CHECKED,
            v -> v.withPeer(DestinationState.Checked).withMarkersDown(true),
            RemoveMarkers),
        step("the destination has not looked yet", CHECKED, v -> v.withMarkersDown(true), Wait),
        step("own checks not done", CHECKING, v -> v.withPeer(DestinationState.Checked), Wait),
        step(
            "both have answered",
            CHECKING,
            v -> v.withPeer(DestinationState.Checked).withOwnChecksDone(true),
            FinishChecking),
        step(
            "destination refuses: the user sees the source's obstacles too",
            CHECKING,
            v ->
                v.withPeer(DestinationState.Refused)
                    .withOwnChecksDone(true)
                    .withOwnChecksFail(true),
            FinishChecking),
        step("checked", CHECKED, v -> v, Wait),
        step("operator says go", GO, v -> v, Start),
        step("cancelled before the start", GO, v -> v.withCancelled(true), CleanUp),
        step(
            "announced, no answer",
            GO,
            v -> v.withKnown(Known.Starting).withCall(Call.Announced),
            AskWhetherStarted),
        step("under way", RUNNING, v -> v, Wait),
        step("cancelled under way", RUNNING, v -> v.withCancelled(true), Abort),
        step("abort accepted", RUNNING, v -> v.withCancelled(true).withAbortAccepted(true), Wait),
        step("call has ended", RUNNING, v -> v.withCall(Call.Ended), ReportEvidence),
        step(
            "a new agent finds a call that it did not make",
            RUNNING,
            v -> v.withCall(Call.None),
            Adopt),
        step(
            "a start that was given up came through late",
            GO,
            v -> v.withState(SourceState.Starting),
            CleanUp),
        step(
            "the journal was lost under way",
            GO,
            v -> v.withKnown(Known.Nothing).withState(SourceState.Running),
            Adopt),
        step("evidence reported", ENDED, v -> v, Wait),
        step(
            "evidence not in the API yet",
            ENDED,
            v -> v.withState(SourceState.Running),
            ReportEvidence),
        step(
            "libvirt reported something new",
            ENDED,
            v -> v.withEvidenceChanged(true),
            ReportEvidence),
        step("order", ENDED, v -> v.withPhase(Phase.Settling).withOrderPending(true), CarryOut),
        step("settling without a start", CHECKING, v -> v.withPhase(Phase.Settling), CleanUp),
        step(
            "the copy ends for good under the call",
            RUNNING,
            v -> v.withGoneUntold(true),
            TellGone),
        step(
            "the call has ended: its evidence tells all",
            RUNNING,
            v -> v.withCall(Call.Ended).withGoneUntold(true),
            ReportEvidence),
        step(
            "the call has ended with its daemon, of which no evidence is to be had",
            RUNNING,
            v -> v.withCall(Call.Ended).withGoneUntold(true).withDaemonDead(true),
            TellGone),
        step(
            "settling without a start, clean",
            CHECKING,
            v -> v.withPhase(Phase.Settling).withState(SourceState.CleanedUp),
            Wait),
        step("settled", ENDED, v -> v.withPhase(Phase.Succeeded), Close),
        step("settled while this host was away", CHECKING, v -> v.withPhase(Phase.Failed), CleanUp),
        step(
            "API restored from a backup of before the run",
            NEW,
            v -> v.withKnown(Known.Closed),
            RefuseSecondRun),
        step(
            "API restored from a backup of its middle",
            ENDED,
            v -> v.withKnown(Known.Closed).withState(SourceState.Running),
            ReportEvidence),
        step(
            "told again after such a restore, orders are not carried out again",
            ENDED,
            v -> v.withKnown(Known.Closed).withPhase(Phase.Settling).withOrderPending(true),
            Wait),
        step(
            "API restored from a backup of the moment before the start",
            GO,
            v -> v.withKnown(Known.Ended),
            RefuseSecondRun));
  }

  private static Arguments step(
      String what, View view, UnaryOperator<View> change, SourceStep expected) {
    return Arguments.of(what, change.apply(view), expected);
  }

  /** At most one call an attempt, whatever the order of events. */
  @Property
  void startsOnlyWhatIsCheckedOrderedWantedAndNeverCalledBefore(
      @ForAll Phase phase,
      @ForAll boolean cancelled,
      @ForAll SourceState state,
      @ForAll Known known,
      @ForAll Call call,
      @ForAll boolean flag) {
    var view =
        SourceStepViewBuilder.builder()
            .phase(phase)
            .cancelled(cancelled)
            .state(state)
            .known(known)
            .call(call)
            .goneUntold(flag)
            .orderPending(flag)
            .evidenceChanged(flag)
            .build();

    if (SourceStep.next(view) == Start) {
      assertThat(phase).isEqualTo(Phase.Migrating);
      assertThat(cancelled).isFalse();
      assertThat(state).isEqualTo(SourceState.Checked);
      assertThat(known).isIn(Known.Nothing, Known.Checking);
      assertThat(call).isEqualTo(Call.None);
    }
  }
}
