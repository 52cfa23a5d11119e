package dev.ferryman.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.LiveMigration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything that can die, at each moment of a move: the outcome is one that is true there, and the
 * guest can move again. In each cell of a matrix' table the reasons of which one must be told; each
 * stands for all that {@link Truth} makes of it.
 *
 * <p>Where there are two, both are true, and it is a matter of milliseconds which: a libvirtd that
 * is back before anybody missed it, or whether it was the reason that the destination could not be
 * asked.
 *
 * <p>A matrix has a static method {@code cells}, made by {@link #wanted}.
 */
abstract class FaultMatrix extends MoveTest {
  private static final List<String> TIMES = new ArrayList<>();

  /** Those that -Dcells=PATTERN finds, e.g. "LinkCut" or "Agent.* while Checking"; else all. */
  static Stream<FaultTable.Cell> wanted(String table) {
    var wanted = Pattern.compile(System.getProperty("cells", "")).asPredicate();
    return FaultTable.cells(table).filter(cell -> wanted.test(cell.toString()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cells")
  void tellsTheTruth(FaultTable.Cell cell) {
    long began = System.nanoTime();

    var end = suffer(cell.fault(), cell.moment());

    note(cell, Api.reason(end), began);
    if (cell.fault().isCancel() && Api.reason(end).equals("Migrated")) {
      assertThat(Api.condition(end, "CancelRefused").getStatus()).isEqualTo("True");
    }
    assertTold(end, cell.reasons());
  }

  private LiveMigration suffer(Fault fault, Moment moment) {
    moment.reach(move);
    try (var sight = new LastSight(move.name())) {
      fault.strike(move);
      if (moment.goesOnWithoutVictim()) {
        moment.release(move, fault);
        fault.mend(move);
      } else {
        fault.mend(move);
        moment.release(move, fault);
      }
      return fault == Fault.Deleted ? Api.awaitGone(move.name(), sight) : Api.awaitEnd(move.name());
    }
  }

  private static void note(FaultTable.Cell cell, String reason, long began) {
    TIMES.add(
        String.format(
            "%-26s %-14s %-20s %5.1f s",
            cell.fault(), cell.moment(), reason, (System.nanoTime() - began) / 1e9));
  }

  /** What was told in each cell, and how long after the order. */
  @AfterAll
  static void printTimes() {
    TIMES.forEach(System.out::println);
    TIMES.clear();
  }
}
