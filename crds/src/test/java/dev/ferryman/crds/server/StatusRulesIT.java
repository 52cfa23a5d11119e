package dev.ferryman.crds.server;

import static dev.ferryman.crds.livemigration.SourceState.Checked;
import static dev.ferryman.crds.livemigration.SourceState.Checking;
import static dev.ferryman.crds.livemigration.SourceState.CleanedUp;
import static dev.ferryman.crds.livemigration.SourceState.Ended;
import static dev.ferryman.crds.livemigration.SourceState.Refused;
import static dev.ferryman.crds.livemigration.SourceState.Running;
import static dev.ferryman.crds.livemigration.SourceState.Starting;
import static dev.ferryman.crds.server.Refusals.assertInvalid;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ferryman.crds.livemigration.Attempt;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the server itself refuses of the writes of operator and agents, by its rules. */
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

  private static Arguments refused(
      String write, String reason, Consumer<Move> before, Consumer<Move> refused) {
    return arguments(write, reason, before, refused);
  }
}
