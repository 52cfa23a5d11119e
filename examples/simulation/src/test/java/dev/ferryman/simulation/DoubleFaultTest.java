package dev.ferryman.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.DomainState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Histories of two faults that are known to be hard. */
class DoubleFaultTest {
  /**
   * The destination's libvirtd hangs at the switch-over, the guest goes on at its source, and its
   * QEMU is killed there: the copy at the destination is older than the disks.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void discardsACopyThatIsOlderThanWhatTheGuestDidAtItsSource(boolean persistent) {
    var kind = new GuestKind(persistent, false);
    try (var simulation = new Simulation(Mode.Strict, kind)) {
      simulation.order();
      simulation.runUntil(() -> Moment.SwitchingOver.isNow(simulation), Duration.ofMinutes(1));
      simulation.harm.hang(Simulation.DESTINATION);
      var source = simulation.hypervisor(Simulation.SOURCE);
      simulation.runUntil(
          () -> source.stateOf(simulation.uuid) == DomainState.Running, Duration.ofMinutes(1));
      simulation.runFor(Duration.ofSeconds(3));
      simulation.harm.kill(Simulation.SOURCE);
      simulation.runFor(Duration.ofSeconds(5));
      simulation.harm.goOn(Simulation.DESTINATION);

      var told = Verdict.on(simulation, kind);

      assertThat(told.wrong()).isEqualTo(List.of());
      // Of a guest without a definition nothing is left that could tell how it ended.
      assertThat(told.reason()).isEqualTo(persistent ? "GuestCrashed" : "GuestStopped");
      assertThat(simulation.hypervisor(Simulation.DESTINATION).find(simulation.uuid)).isEmpty();
    }
  }
}
