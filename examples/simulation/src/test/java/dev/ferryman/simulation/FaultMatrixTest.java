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
  record Cell(Fault fault, Moment moment, Mode mode, GuestKind kind) {
    @Override
    public String toString() {
      return fault + " while " + moment + ", " + mode + ", " + kind;
    }
  }

  static Stream<Cell> cells() {
    return Arrays.stream(Fault.values())
        .flatMap(
            fault ->
                Arrays.stream(Moment.values())
                    .flatMap(
                        moment ->
                            Arrays.stream(Mode.values())
                                .flatMap(
                                    mode ->
                                        kinds(moment)
                                            .map(kind -> new Cell(fault, moment, mode, kind)))))
        .filter(cell -> cell.kind().suits(cell.mode()))
        .filter(cell -> cell.fault() != Fault.StreamBroken || isOfPostCopy(cell.moment()));
  }

  /** To a busy guest nothing else happens than to any before it is to be paused. */
  private static Stream<GuestKind> kinds(Moment moment) {
    return switch (moment) {
      case Preparing -> kinds().filter(GuestKind::local);
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
    try (var simulation = new Simulation(cell.mode(), cell.kind())) {
      simulation.order();
      var reached =
          simulation.runUntil(() -> cell.moment().isNow(simulation), Duration.ofMinutes(1));
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
      case SourceQemuKilled -> !cell.kind().persistent() && isOfPostCopy(cell.moment());
      case SourceHostDied ->
          cell.moment() == Moment.Finished
              || (!cell.kind().persistent() && isOfPostCopy(cell.moment()));
      case DestinationHostDied -> cell.moment() == Moment.GoingOverToPostCopy;
      default -> false;
    };
  }
}
