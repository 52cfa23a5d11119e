package dev.ferryman.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.OnTimeout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Up to three faults at random moments, mended in random order: -Dsimulation.tries=N histories of
 * -Dsimulation.seed=S, each with its own number, so that one is found again.
 */
class RandomFaultsTest {
  private static final int MOST = 3;
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

  /**
   * What a fault strikes at: a while after the moment was reached, if it ever is, in that attempt
   * or a later one.
   */
  record Strike(Fault fault, Moment moment, int attempt, long delayMillis, long lastsSeconds) {}

  record History(long number, Mode mode, GuestKind kind, int attempts, List<Strike> strikes) {}

  static Stream<History> histories() {
    var tries = Integer.getInteger("simulation.tries", 100);
    var seed = Long.getLong("simulation.seed", 1);
    return IntStream.range(0, tries).mapToObj(i -> history(seed * 1_000_000 + i));
  }

  static History history(long number) {
    var random = new Random(number);
    var attempts = random.nextInt(3) == 0 ? 2 + random.nextInt(2) : 1;
    var strikes = new ArrayList<Strike>();
    for (int i = 1 + random.nextInt(MOST); i > 0; i--) {
      strikes.add(
          new Strike(
              any(random, Fault.values()),
              any(random, Moment.values()),
              1 + random.nextInt(attempts),
              random.nextInt(10) < 5 ? 0 : random.nextInt(5000),
              random.nextInt(90)));
    }
    if (strikes.stream().anyMatch(strike -> strike.fault() == Fault.EtcdRestored)) {
      // Beside another fault nothing may be left that could prove what was forgotten: then what is
      // there waits for a person.
      strikes.removeIf(strike -> strike.fault() != Fault.EtcdRestored);
    }
    var mode = any(random, Mode.values());
    return new History(number, mode, kind(random, mode), attempts, strikes);
  }

  private static GuestKind kind(Random random, Mode mode) {
    var persistent = random.nextBoolean();
    var paused = random.nextInt(4) == 0;
    var local = random.nextInt(3) == 0 && !mode.locks;
    var busy = !paused && random.nextInt(3) == 0;
    var filtered = random.nextInt(4) == 0;
    return new GuestKind(
        persistent, paused, local, busy ? busy(random, mode, local) : null, filtered);
  }

  private static OnTimeout busy(Random random, Mode mode, boolean local) {
    var postCopy = mode != Mode.Strict && !local && random.nextInt(3) > 0;
    return postCopy ? OnTimeout.PostCopy : OnTimeout.Pause;
  }

  private static <T> T any(Random random, T[] values) {
    return values[random.nextInt(values.length)];
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("histories")
  void tellsTheTruth(History history) {
    assertThat(suffer(history).wrong()).isEqualTo(List.of());
  }

  static Verdict.Told suffer(History history) {
    try (var simulation = new Simulation(history.mode(), history.kind(), history.attempts())) {
      simulation.order();
      history.strikes().forEach(strike -> wait(strike, simulation));
      simulation.runFor(LONGEST_WAIT);
      simulation.runUntil(() -> simulation.isOver(Simulation.MOVE), Duration.ofMinutes(3));
      simulation.noMoreFaults();
      Arrays.stream(Fault.values()).forEach(fault -> fault.mend(simulation));
      return Verdict.on(simulation, history.kind());
    }
  }

  private static void wait(Strike strike, Simulation simulation) {
    simulation.whenever(
        strike.moment(),
        strike.attempt(),
        () ->
            simulation.unlessMended(
                Duration.ofMillis(strike.delayMillis()),
                () -> {
                  strike.fault().strike(simulation);
                  simulation.unlessMended(
                      Duration.ofSeconds(strike.lastsSeconds()),
                      () -> strike.fault().mend(simulation));
                }));
  }
}
