package dev.ferryman.operator.decide.settle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which hosts still owe their clean-up. */
class CleanlinessTest {
  private final Host b = Sample.host("host-b");
  private final Host c = Sample.host("host-c");

  @Test
  void aHostOwesItsCleanUpOnlyWhileItAnswers() {
    var move =
        Sample.move(
            Phase.Settling,
            s ->
                s.source(Sample.source(SourceState.Ended).build())
                    .destination(Sample.destination(DestinationState.Checking).build()));

    assertThat(Cleanliness.owing(move, Optional.of(b), Optional.of(c)))
        .containsExactly("host-b", "host-c");
    assertThat(
            Cleanliness.owing(
                move, Optional.of(Sample.with(b, Liveness.Dead)), Optional.of(Sample.notReady(c))))
        .isEmpty();
    assertThat(
            Cleanliness.owing(
                move, Optional.of(Sample.with(b, Liveness.Unknown)), Optional.empty()))
        .containsExactly("host-b");
  }

  @Test
  void aHalfThatIsMissingIsNotClean() {
    assertThat(Cleanliness.owing(Sample.move(Phase.Settling), Optional.of(b), Optional.of(c)))
        .containsExactly("host-b", "host-c");
  }

  @Test
  void aCheckedDestinationIsCleanOnlyWithoutACopy() {
    var move =
        Sample.move(
            Phase.Settling,
            s ->
                s.source(Sample.source(SourceState.CleanedUp).build())
                    .destination(
                        Sample.saw(Started.NeverStarted, DomainState.Paused, "migrating")
                            .state(DestinationState.Checked)
                            .build()));

    assertThat(Cleanliness.owing(move, Optional.of(b), Optional.of(c))).containsExactly("host-c");
  }

  @Test
  void aCheckedSourceMayStillHaveItsMarkersDown() {
    var move =
        Sample.move(
            Phase.Settling,
            s ->
                s.source(Sample.source(SourceState.Checked).build())
                    .destination(Sample.destination(DestinationState.Refused).build()));

    assertThat(Cleanliness.owing(move, Optional.of(b), Optional.of(c))).containsExactly("host-b");
  }
}
