package dev.ferryman.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything that can befall a move, at each moment of it, for each guest and switch-over. */
class FaultMatrixTest {
  /**
   * @param attempts how many hosts may be tried
   */
  record Cell(Fault fault, Moment moment, Mode mode, GuestKind kind, int attempts) {
    @Override
    public String toString() {
      return fault
          + " while "
          + moment
          + ", "
          + mode
          + ", "
          + kind
          + (attempts == 1 ? "" : ", at most " + attempts + " hosts");
    }

    /** The first of several hosts refuses a guest with filters. */
    boolean isNow(Simulation simulation) {
      return moment.isNow(simulation)
          && (attempts == 1 || !kind.filtered() || simulation.tried().size() > 1);
    }
  }

  static Stream<Cell> cells() {
    return Arrays.stream(Fault.values())
        .flatMap(fault -> Arrays.stream(Moment.values()).flatMap(moment -> cells(fault, moment)))
        .filter(cell -> cell.kind().suits(cell.mode()))
        // That of several hosts one is tried after the other has to do with no image lock.
        .filter(cell -> cell.attempts() == 1 || cell.mode() != Mode.FastWithoutLocks)
        .filter(cell -> !cell.fault().isOfPostCopy() || isOfPostCopy(cell.moment()));
  }

  private static Stream<Cell> cells(Fault fault, Moment moment) {
    return Arrays.stream(Mode.values())
        .flatMap(
            mode ->
                Stream.concat(
                    kinds(moment).map(kind -> new Cell(fault, moment, mode, kind, 1)),
                    kindsForSeveralHosts(moment)
                        .map(kind -> new Cell(fault, moment, mode, kind, 2))));
  }

  private static Stream<GuestKind> kindsForSeveralHosts(Moment moment) {
    return switch (moment) {
      case Preparing -> Stream.of(GuestKind.withFilters(true));
      case PausedToFinish, GoingOverToPostCopy, InPostCopy -> Stream.of();
      case Checking, MigratingEarly, MigratingLate, SwitchingOver, Finished, Settling, RightAfter ->
          Stream.of(GuestKind.withFilters(true), new GuestKind(true, false));
    };
  }

  /** To a busy guest nothing else happens than to any before it is to be paused. */
  private static Stream<GuestKind> kinds(Moment moment) {
    return switch (moment) {
      case Preparing ->
          Stream.concat(kinds().filter(GuestKind::local), persistentAndNot(GuestKind::withFilters));
      case PausedToFinish -> busyKinds();
      case GoingOverToPostCopy, InPostCopy -> persistentAndNot(GuestKind::oneForPostCopy);
      case MigratingLate, SwitchingOver, Finished -> Stream.concat(kinds(), busyKinds());
      case Checking, MigratingEarly, Settling, RightAfter -> kinds();
    };
  }

  private static boolean isOfPostCopy(Moment moment) {
    return moment == Moment.GoingOverToPostCopy || moment == Moment.InPostCopy;
  }

  private static Stream<GuestKind> busyKinds() {
    return persistentAndNot(GuestKind::aBusyOne);
  }

  private static Stream<GuestKind> persistentAndNot(Function<Boolean, GuestKind> kind) {
    return Stream.of(true, false).map(kind);
  }

  private static Stream<GuestKind> kinds() {
    return Stream.of(true, false)
        .flatMap(
            persistent ->
                Stream.of(
                    new GuestKind(persistent, true),
                    new GuestKind(persistent, false),
                    GuestKind.withLocalDisk(persistent)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cells")
  void tellsTheTruth(Cell cell) {
    try (var simulation = new Simulation(cell.mode(), cell.kind(), cell.attempts())) {
      simulation.order();
      var reached = simulation.runUntil(() -> cell.isNow(simulation), Duration.ofMinutes(1));
      assertThat(reached).as("%s is reached", cell.moment()).isTrue();
      cell.fault().strike(simulation);
      simulation.runFor(cell.fault().lasts());
      cell.fault().mend(simulation);

      var told = Verdict.on(simulation, cell.kind());

      assertThat(told.wrong()).isEqualTo(List.of());
      if (told.waits()) {
        assertThat(mustWait(cell)).as("waits for %s", told.reason()).isTrue();
      }
    }
  }

  /**
   * Where a person has to decide: nobody watched how the source's copy ended, and nothing is left
   * of it that could tell whether it went on before, or had been fetched to its end; or the
   * destination's host died before it had noted that the guest ran there.
   */
  private static boolean mustWait(Cell cell) {
    return switch (cell.fault()) {
      case SourceAgentKilled -> !cell.kind().persistent();
      case SourceQemuKilled, SourceLibvirtdEndsHalf ->
          !cell.kind().persistent() && isOfPostCopy(cell.moment());
      case SourceHostDied ->
          cell.moment() == Moment.Finished
              || (!cell.kind().persistent() && isOfPostCopy(cell.moment()));
      case DestinationHostDied -> cell.moment() == Moment.GoingOverToPostCopy;
      default -> false;
    };
  }
}
