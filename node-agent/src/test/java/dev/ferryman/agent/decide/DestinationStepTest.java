package dev.ferryman.agent.decide;

import static dev.ferryman.agent.decide.DestinationStep.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.decide.DestinationStep.View;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.Phase;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DestinationStepTest {
  private static final View NEW =
      DestinationStepViewBuilder.builder().phase(Phase.Checking).build();
  private static final View CHECKED =
      NEW.withNeedsKnown(true).withState(DestinationState.Checked).withPeerSequence(1L);
  private static final View MIGRATING = CHECKED.withPhase(Phase.Migrating);

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("steps")
  void takesTheStepThatIsNext(String what, View view, DestinationStep expected) {
    assertThat(DestinationStep.next(view)).isEqualTo(expected);
  }

  static Stream<Arguments> steps() {
    return Stream.of(
        step("source has not said what is needed", NEW, v -> v, Wait),
        step("needs are known", NEW, v -> v.withNeedsKnown(true), Check),
        step("checked", CHECKED, v -> v, Wait),
        step("nothing to copy", CHECKED, v -> v.withPhase(Phase.Preparing), Wait),
        step(
            "images are to be made",
            CHECKED,
            v -> v.withPhase(Phase.Preparing).withHasToPrepare(true),
            Prepare),
        step(
            "an agent before this one has begun to make images",
            CHECKED,
            v ->
                v.withPhase(Phase.Preparing)
                    .withHasToPrepare(true)
                    .withState(DestinationState.Preparing),
            Prepare),
        step(
            "images are there",
            CHECKED,
            v ->
                v.withPhase(Phase.Preparing)
                    .withHasToPrepare(true)
                    .withState(DestinationState.Prepared),
            Wait),
        step(
            "settling after images were made",
            CHECKED,
            v -> v.withPhase(Phase.Settling).withState(DestinationState.Prepared),
            CleanUp),
        step(
            "the source does not start after images were made",
            MIGRATING,
            v -> v.withState(DestinationState.Prepared).withSourceOut(true),
            CleanUp),
        step("the source does not start", MIGRATING, v -> v.withSourceOut(true), Wait),
        step("copying", MIGRATING, v -> v, Wait),
        step("copy started", MIGRATING, v -> v.withEvidenceChanged(true), ReportEvidence),
        step(
            "source has ended after our last reading",
            MIGRATING,
            v -> v.withSourceEnd(7L),
            ReportEvidence),
        step(
            "our reading is of after the source's end",
            MIGRATING,
            v -> v.withSourceEnd(7L).withPeerSequence(7L).withState(DestinationState.CleanedUp),
            Wait),
        step(
            "copy waits and the source's is gone",
            MIGRATING,
            v -> v.withResumeDue(true).withEvidenceChanged(true),
            Resume),
        step("order", MIGRATING, v -> v.withPhase(Phase.Settling).withOrderPending(true), CarryOut),
        step("settling without a start", CHECKED, v -> v.withPhase(Phase.Settling), CleanUp),
        step("settled", MIGRATING, v -> v.withPhase(Phase.Succeeded), Close),
        step("API restored from a backup", NEW, v -> v.withClosed(true), RefuseSecondRun),
        step("API restored, still copying there", MIGRATING, v -> v.withClosed(true), Wait),
        step(
            "API restored from its middle, the source has told its end again",
            MIGRATING,
            v -> v.withClosed(true).withSourceEnd(7L),
            ReportEvidence),
        step(
            "told again after such a restore, orders are not carried out again",
            MIGRATING,
            v ->
                v.withClosed(true)
                    .withSourceEnd(7L)
                    .withPeerSequence(7L)
                    .withPhase(Phase.Settling)
                    .withOrderPending(true),
            Wait));
  }

  private static Arguments step(
      String what, View view, UnaryOperator<View> change, DestinationStep expected) {
    return Arguments.of(what, change.apply(view), expected);
  }
}
