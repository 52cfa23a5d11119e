package dev.ferryman.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.FailedAttempt;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A move that fails on one host comes to its end on another. */
class SeveralHostsTest {

  @Test
  void theNextHostIsTriedWhereTheFirstLosesTheCopy() {
    assertThat(failed(new GuestKind(true, false), Moment.MigratingLate))
        .containsExactly("1 host-c MigrationFailed");
  }

  @Test
  void theNextHostIsTriedWhereTheFirstRefusesTheGuest() {
    assertThat(failed(GuestKind.withFilters(true), Moment.RightAfter))
        .containsExactly("1 host-c NetworkFilterDiffers");
  }

  /** What has failed before the guest has come to its second host. */
  private static List<String> failed(GuestKind kind, Moment moment) {
    try (var simulation = new Simulation(Mode.Strict, kind, 2)) {
      simulation.order();
      simulation.runUntil(() -> moment.isNow(simulation), Duration.ofMinutes(1));
      simulation.harm.kill(Simulation.DESTINATION);

      var told = Verdict.on(simulation, kind);

      assertThat(told.wrong()).isEqualTo(List.of());
      assertThat(told.reason()).isEqualTo("Migrated");
      assertThat(simulation.ranOn(Simulation.THIRD)).isTrue();
      assertThat(simulation.hypervisor(Simulation.DESTINATION).stateOf(simulation.uuid))
          .isEqualTo(DomainState.Absent);
      return simulation.status().failedAttempts().stream().map(SeveralHostsTest::words).toList();
    }
  }

  private static String words(FailedAttempt attempt) {
    return attempt.number() + " " + attempt.destinationHost() + " " + attempt.reason();
  }
}
