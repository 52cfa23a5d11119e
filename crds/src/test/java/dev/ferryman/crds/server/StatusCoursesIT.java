package dev.ferryman.crds.server;

import static dev.ferryman.crds.livemigration.SourceState.Checked;
import static dev.ferryman.crds.livemigration.SourceState.Checking;
import static dev.ferryman.crds.livemigration.SourceState.CleanedUp;
import static dev.ferryman.crds.livemigration.SourceState.Ended;
import static dev.ferryman.crds.livemigration.SourceState.Refused;
import static dev.ferryman.crds.livemigration.SourceState.Running;
import static dev.ferryman.crds.livemigration.SourceState.Starting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.FailedAttempt;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Settlement;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The courses of a migration that the server lets operator and agents write. */
@ExtendWith(FerrymanServerExtension.class)
class StatusCoursesIT {
  private final FerrymanServer server;

  StatusCoursesIT(FerrymanServer server) {
    this.server = server;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("accepted")
  void accepts(String course, Phase end, Consumer<Move> writes) {
    var move = Move.order(server.admin());

    writes.accept(move);

    assertThat(move.read().getStatus().phase()).isEqualTo(end);
  }

  static Stream<Arguments> accepted() {
    return Stream.of(
        accepted(
            "a move that succeeds",
            Phase.Succeeded,
            move ->
                move.phase(Phase.Pending)
                    .checked()
                    .phase(Phase.Preparing)
                    .phase(Phase.Migrating)
                    .source(Starting, 3)
                    .source(Running, 4)
                    .source(Ended, 5)
                    .destination(DestinationState.Checked, 2)
                    .phase(Phase.Succeeded)),
        accepted(
            "a move that is settled by orders",
            Phase.Failed,
            move ->
                move.ended()
                    .settlingWithFence(null)
                    .source(CleanedUp, 6)
                    .destination(DestinationState.CleanedUp, 2)
                    .phase(Phase.Failed)),
        accepted(
            "an instance that is there already", Phase.Succeeded, m -> m.phase(Phase.Succeeded)),
        accepted(
            "a refusal by the operator",
            Phase.Failed,
            move -> move.phase(Phase.Pending).phase(Phase.Failed)),
        accepted(
            "a refusal by the source",
            Phase.Failed,
            move -> move.checking().source(Refused, 1).phase(Phase.Failed)),
        accepted(
            "cancel while pending",
            Phase.Cancelled,
            move -> move.phase(Phase.Pending).cancel().phase(Phase.Cancelled)),
        accepted(
            "cancel while checking",
            Phase.Cancelled,
            move -> move.checked().cancel().phase(Phase.Cancelled).source(CleanedUp, 3)),
        accepted(
            "cancel before the start",
            Phase.Cancelled,
            move -> move.migrating().cancel().source(Refused, 3).phase(Phase.Cancelled)),
        accepted(
            "cancel while running: progress goes on until the call has ended",
            Phase.Cancelled,
            move ->
                move.running().cancel().source(Running, 5).source(Ended, 6).phase(Phase.Cancelled)),
        accepted(
            "the start said again, also under cancel",
            Phase.Migrating,
            move -> move.starting().cancel().source(Starting, 4)),
        accepted(
            "a source that was overtaken still says that it cleaned up",
            Phase.Cancelled,
            move -> move.migrating().phase(Phase.Cancelled).source(CleanedUp, 3)),
        accepted(
            "a second attempt with another host",
            Phase.Succeeded,
            move ->
                move.secondAttempt()
                    .source(Checking, 6)
                    .destination("host-d", report -> report.state(DestinationState.Checked))
                    .source(Checked, 7)
                    .phase(Phase.Migrating)
                    .source(Starting, 8)
                    .source(Ended, 9)
                    .phase(Phase.Succeeded)),
        accepted(
            "what the operator drops and notes between two attempts",
            Phase.Checking,
            move ->
                move.checked()
                    .operator(s -> s.phase(Phase.Migrating).switchover(SwitchoverMode.Fast))
                    .source(Starting, 3)
                    .source(Ended, 5)
                    .operator(
                        s ->
                            s.phase(Phase.Settling)
                                .settlement(
                                    new Settlement(
                                        move.attemptUID(1),
                                        1,
                                        "DiscardDefinition",
                                        SourceOrder.None,
                                        DestinationOrder.Undefine,
                                        null)))
                    .operator(
                        s ->
                            s.phase(Phase.Pending)
                                .settlement(null)
                                .failedAttempts(
                                    List.of(
                                        new FailedAttempt(
                                            1, Move.DESTINATION, "MigrationFailed", "broken"))))
                    .operator(
                        s -> move.chosen(s.phase(Phase.Checking).switchover(null), 2, "host-d"))),
        accepted(
            "a source that died while starting, fenced for that boot, and its words on return",
            Phase.Failed,
            move ->
                move.starting()
                    .settlingWithFence(Move.SOURCE_BOOT)
                    .phase(Phase.Failed)
                    .source(report -> report.state(Ended).sequence(4L).bootID("the-next-boot"))
                    .source(report -> report.state(CleanedUp).sequence(5L).bootID("next"))));
  }

  private static Arguments accepted(String course, Phase end, Consumer<Move> writes) {
    return arguments(course, end, writes);
  }
}
