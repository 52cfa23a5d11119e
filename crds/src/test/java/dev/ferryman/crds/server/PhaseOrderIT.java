package dev.ferryman.crds.server;

import static dev.ferryman.crds.server.Refusals.assertInvalid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which phase may follow which, as the server holds it. */
@ExtendWith(FerrymanServerExtension.class)
class PhaseOrderIT {
  private final FerrymanServer server;

  PhaseOrderIT(FerrymanServer server) {
    this.server = server;
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
}
