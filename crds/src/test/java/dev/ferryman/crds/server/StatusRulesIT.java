package dev.ferryman.crds.server;

import static dev.ferryman.crds.livemigration.SourceState.Checked;
import static dev.ferryman.crds.livemigration.SourceState.Checking;
import static dev.ferryman.crds.livemigration.SourceState.CleanedUp;
import static dev.ferryman.crds.livemigration.SourceState.Ended;
import static dev.ferryman.crds.livemigration.SourceState.Refused;
import static dev.ferryman.crds.livemigration.SourceState.Running;
import static dev.ferryman.crds.livemigration.SourceState.Starting;
import static dev.ferryman.crds.server.Refusals.assertInvalid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ferryman.crds.livemigration.Attempt;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.FailedAttempt;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Settlement;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules by which the server itself orders the writes of operator and agents. */
@ExtendWith(FerrymanServerExtension.class)
class StatusRulesIT {
  private static final String STARTS_ONCE =
      "an attempt starts once, after Checked, and CleanedUp is its last word";
  private static final String STARTS_WITH_PERMISSION =
      "source.state may become Starting only while phase is Migrating and cancel is not set";
  private static final String NOT_ENDED =
      "the source's libvirt call has not ended (and its host's boot is not fenced)";
  private static final String FIXED_HOSTS =
      "attempt, sourceHost and destinationHost are chosen on the way from Pending to Checking";
  private static final String NEXT_ATTEMPT = "an attempt is never taken back";
  private static final String COMPLETE =
      "from Checking on attempt, instanceUID, sourceHost and destinationHost are set";
  private static final String FOREIGN_SOURCE = "source reports on another attempt";
  private static final String FOREIGN_DESTINATION = "destination reports on another attempt";

  private final FerrymanServer server;

  StatusRulesIT(FerrymanServer server) {
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

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void refuses(String write, String reason, Consumer<Move> before, Consumer<Move> refused) {
    var move = Move.order(server.admin());
    before.accept(move);

    assertInvalid(reason, () -> refused.accept(move));
  }

  static Stream<Arguments> refused() {
    return Stream.of(
            startsOutOfTurn(),
            endsWhileLibvirtWorks(),
            removals(),
            attempts(),
            wordsOnOtherAttempts(),
            wordsOutOfOrder())
        .flatMap(cases -> cases);
  }

  /** Rule (i): one start, in its turn. */
  static Stream<Arguments> startsOutOfTurn() {
    return Stream.of(
        refused(
            "Starting before Migrating",
            STARTS_WITH_PERMISSION,
            Move::checked,
            move -> move.source(Starting, 3)),
        refused(
            "Starting after Settling began",
            STARTS_WITH_PERMISSION,
            move -> move.migrating().phase(Phase.Settling),
            move -> move.source(Starting, 3)),
        refused(
            "Starting after Cancelled",
            STARTS_WITH_PERMISSION,
            move -> move.migrating().phase(Phase.Cancelled),
            move -> move.source(Starting, 3)),
        refused(
            "Starting after cancel was set",
            STARTS_WITH_PERMISSION,
            move -> move.migrating().cancel(),
            move -> move.source(Starting, 3)),
        refused(
            "Starting without having checked",
            STARTS_ONCE,
            move -> move.checking().source(Checking, 1).phase(Phase.Migrating),
            move -> move.source(Starting, 2)),
        refused(
            "Starting as the first word",
            STARTS_ONCE,
            move -> move.checking().phase(Phase.Migrating),
            move -> move.source(Starting, 1)),
        refused("Starting twice", STARTS_ONCE, Move::running, move -> move.source(Starting, 5)),
        refused(
            "Starting after the call has ended",
            STARTS_ONCE,
            Move::ended,
            move -> move.source(Starting, 6)),
        refused(
            "Starting after a refusal",
            STARTS_ONCE,
            move -> move.migrating().source(Refused, 3),
            move -> move.source(Starting, 4)),
        refused(
            "checking again after the start, to start again",
            STARTS_ONCE,
            Move::running,
            move -> move.source(Checked, 5)),
        refused(
            "a word after CleanedUp",
            STARTS_ONCE,
            move -> move.ended().source(CleanedUp, 6),
            move -> move.source(Ended, 7)));
  }

  /** Rule (iv): no end, and no other attempt, while libvirt may still work on this one. */
  static Stream<Arguments> endsWhileLibvirtWorks() {
    return Stream.of(
        refused("Succeeded while running", NOT_ENDED, Move::running, m -> m.phase(Phase.Succeeded)),
        refused("Failed while starting", NOT_ENDED, Move::starting, m -> m.phase(Phase.Failed)),
        refused(
            "Cancelled while running",
            NOT_ENDED,
            move -> move.running().cancel(),
            move -> move.phase(Phase.Cancelled)),
        refused(
            "another attempt while running",
            NOT_ENDED,
            move -> move.running().phase(Phase.Settling),
            move -> move.phase(Phase.Pending)),
        refused(
            "Failed while starting, with another boot of the source fenced",
            NOT_ENDED,
            move -> move.starting().settlingWithFence("the-boot-before"),
            move -> move.phase(Phase.Failed)));
  }

  /** Rule (ii): nothing that was said is taken back. */
  static Stream<Arguments> removals() {
    return Stream.of(
        refused(
            "the whole status removed",
            "status may not be removed",
            Move::succeeded,
            move -> move.mergeStatus("{\"status\":null}")),
        refused(
            "the phase removed",
            "status.phase: Required value",
            Move::succeeded,
            move -> move.mergeStatus("{\"status\":{\"phase\":null}}")),
        refused(
            "the operator applies nothing to a finished move",
            "status.phase: Required value",
            Move::succeeded,
            move -> move.apply(Apply.OPERATOR, LiveMigrationStatusBuilder.builder().build())),
        refused(
            "the source's word removed",
            "status.source is never removed",
            Move::succeeded,
            move -> move.mergeStatus("{\"status\":{\"source\":null}}")),
        refused(
            "the source's agent applies nothing",
            "status.source is never removed",
            Move::succeeded,
            move ->
                move.apply(
                    Apply.agent(Move.SOURCE, "source"),
                    LiveMigrationStatusBuilder.builder().build())),
        refused(
            "the destination's word removed",
            "status.destination is never removed",
            Move::migrating,
            move -> move.mergeStatus("{\"status\":{\"destination\":null}}")),
        refused(
            "the attempt removed",
            FIXED_HOSTS,
            Move::migrating,
            move -> move.mergeStatus("{\"status\":{\"attempt\":null}}")),
        refused(
            "the source's host removed",
            FIXED_HOSTS,
            Move::migrating,
            move -> move.mergeStatus("{\"status\":{\"sourceHost\":null}}")));
  }

  /** Rule (iii): attempt and hosts are chosen on the way from Pending to Checking. */
  static Stream<Arguments> attempts() {
    return Stream.of(
        refused(
            "another way to hand over under way",
            "switchover is fixed when the attempt begins to move",
            move -> move.migrating().operator(s -> s.switchover(SwitchoverMode.Strict)),
            move -> move.operator(s -> s.switchover(SwitchoverMode.Fast))),
        refused(
            "a way to hand over that is taken back",
            "switchover is fixed when the attempt begins to move",
            move -> move.migrating().operator(s -> s.switchover(SwitchoverMode.Strict)),
            move -> move.operator(s -> s.switchover(null))),
        refused(
            "a first phase in the middle",
            "a new LiveMigration starts in Pending or Checking",
            move -> {},
            move -> move.operator(s -> move.chosen(s.phase(Phase.Migrating), 1, "host-c"))),
        refused("Checking without an attempt", COMPLETE, move -> {}, m -> m.phase(Phase.Checking)),
        refused(
            "Checking without a destination",
            COMPLETE,
            move -> {},
            move -> move.operator(s -> move.chosen(s.phase(Phase.Checking), 1, null))),
        refused(
            "Checking without the instance's UUID",
            COMPLETE,
            move -> {},
            move ->
                move.operator(
                    s -> move.chosen(s.phase(Phase.Checking), 1, "host-c").instanceUID(null))),
        refused(
            "a first attempt with number 2 in the first status of all",
            "the first attempt is number 1",
            move -> {},
            move -> move.operator(s -> move.chosen(s.phase(Phase.Checking), 2, "host-c"))),
        refused(
            "a first attempt with number 2",
            "the first attempt is number 1",
            move -> move.phase(Phase.Pending),
            move -> move.checkingAgain(2, "host-c")),
        refused(
            "an attempt whose uid names another number",
            "attempt.uid is <metadata.uid>/<number>",
            move -> {},
            move ->
                move.operator(
                    s ->
                        move.chosen(s.phase(Phase.Checking), 1, "host-c")
                            .attempt(new Attempt(move.attemptUID(2), 1, null)))),
        refused(
            "another attempt under way",
            FIXED_HOSTS,
            Move::migrating,
            move -> move.operator(s -> move.chosen(s, 2, "host-c"))),
        refused(
            "another destination under way",
            FIXED_HOSTS,
            move -> move.ended().phase(Phase.Settling),
            move -> move.operator(s -> s.destinationHost("host-d"))),
        refused(
            "another source under way",
            FIXED_HOSTS,
            Move::checked,
            move -> move.operator(s -> s.sourceHost("host-d"))),
        refused(
            "the next attempt without Pending between",
            "phase may not go from Settling to Checking",
            move -> move.ended().phase(Phase.Settling),
            move -> move.checkingAgain(2, "host-d")),
        refused(
            "an attempt left out",
            NEXT_ATTEMPT,
            move -> move.ended().phase(Phase.Settling).phase(Phase.Pending),
            move -> move.checkingAgain(3, "host-d")),
        refused(
            "the next attempt before Checking",
            NEXT_ATTEMPT,
            move -> move.ended().phase(Phase.Settling).phase(Phase.Pending),
            move -> move.operator(s -> move.chosen(s, 2, "host-d"))),
        refused(
            "an attempt forgotten while pending",
            NEXT_ATTEMPT,
            move -> move.ended().phase(Phase.Settling).phase(Phase.Pending),
            move -> move.mergeStatus("{\"status\":{\"attempt\":null}}")),
        refused(
            "another instance",
            "instanceUID is fixed at the first sight",
            Move::checking,
            move -> move.operator(s -> s.instanceUID("0d1f0f4e-8a53-4d0b-b7ee-0a2c1c3a0004"))));
  }

  /** Rule (vi): only on the current attempt. */
  static Stream<Arguments> wordsOnOtherAttempts() {
    return Stream.of(
        refused(
            "a source's word before there is an attempt",
            FOREIGN_SOURCE,
            move -> move.phase(Phase.Pending),
            move -> move.source(Checking, 1)),
        refused(
            "a source's word on an attempt to come",
            FOREIGN_SOURCE,
            Move::checking,
            move -> move.source(report -> report.attemptUID(move.attemptUID(2)))),
        refused(
            "a late start of the first attempt while the second checks",
            FOREIGN_SOURCE,
            Move::secondAttempt,
            move ->
                move.source(r -> r.attemptUID(move.attemptUID(1)).state(Starting).sequence(9L))),
        refused(
            "a late start of the first attempt while the second migrates",
            FOREIGN_SOURCE,
            move ->
                move.secondAttempt().source(Checking, 1).source(Checked, 2).phase(Phase.Migrating),
            move ->
                move.source(r -> r.attemptUID(move.attemptUID(1)).state(Starting).sequence(9L))),
        refused(
            "a late word of the first destination",
            FOREIGN_DESTINATION,
            Move::secondAttempt,
            move ->
                move.destination("host-c", r -> r.attemptUID(move.attemptUID(1)).sequence(9L))));
  }

  static Stream<Arguments> wordsOutOfOrder() {
    return Stream.of(
        refused(
            "an older reading of the source",
            "source.sequence may not fall",
            Move::running,
            move -> move.source(Running, 3)),
        refused(
            "an older reading of the destination",
            "destination.sequence may not fall",
            move -> move.checking().destination(DestinationState.Checked, 5),
            move -> move.destination(DestinationState.Checked, 4)));
  }

  /** The phases that may follow each; every other change is refused. */
  private static final Map<Phase, Set<Phase>> NEXT =
      Map.of(
          Phase.Pending, next(Phase.Checking),
          Phase.Checking, next(Phase.Preparing, Phase.Migrating, Phase.Settling),
          Phase.Preparing, next(Phase.Migrating, Phase.Settling),
          Phase.Migrating, next(Phase.Settling),
          Phase.Settling, next(Phase.Pending),
          Phase.Succeeded, Set.of(),
          Phase.Failed, Set.of(),
          Phase.Cancelled, Set.of());

  private static Set<Phase> next(Phase... phases) {
    var next = EnumSet.of(Phase.Succeeded, Phase.Failed, Phase.Cancelled);
    next.addAll(Set.of(phases));
    return next;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("phases")
  void onlyThePossiblePhasesFollow(Phase from) {
    for (var to : EnumSet.complementOf(EnumSet.of(from))) {
      var move = inPhase(from);
      if (NEXT.get(from).contains(to)) {
        enter(move, to);
        assertThat(move.read().getStatus().phase()).isEqualTo(to);
      } else {
        var reason =
            NEXT.get(from).isEmpty()
                ? "a terminal phase never changes"
                : "phase may not go from %s to %s".formatted(from, to);
        assertInvalid(reason, () -> enter(move, to));
      }
    }
  }

  static Stream<Phase> phases() {
    return Stream.of(Phase.values());
  }

  private Move inPhase(Phase phase) {
    var move = Move.order(server.admin());
    return switch (phase) {
      case Checking -> move.checking();
      case Preparing, Migrating, Settling -> move.checking().phase(phase);
      case Pending, Succeeded, Failed, Cancelled -> move.phase(phase);
    };
  }

  private static void enter(Move move, Phase phase) {
    if (move.read().getStatus().attempt() == null) {
      move.operator(status -> move.chosen(status.phase(phase), 1, Move.DESTINATION));
    } else {
      move.phase(phase);
    }
  }

  private static Arguments accepted(String course, Phase end, Consumer<Move> writes) {
    return arguments(course, end, writes);
  }

  private static Arguments refused(
      String write, String reason, Consumer<Move> before, Consumer<Move> refused) {
    return arguments(write, reason, before, refused);
  }
}
