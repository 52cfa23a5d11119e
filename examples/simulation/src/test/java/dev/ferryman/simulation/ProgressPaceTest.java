package dev.ferryman.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SourceState;
import java.time.Duration;
import java.util.LinkedHashMap;
import org.junit.jupiter.api.Test;

/** The API server is not flooded by a copying that takes long. */
class ProgressPaceTest {

  @Test
  void progressIsWrittenAtMostOnceASecond() {
    try (var simulation = new Simulation(Mode.FastWithLocks, GuestKind.aBusyOne(true))) {
      var written = new LinkedHashMap<Long, Duration>();
      simulation.order();

      simulation.runUntil(
          () -> {
            var source = source(simulation);
            if (source != null && source.state() == SourceState.Running) {
              written.putIfAbsent(source.sequence(), simulation.timeline.passed());
            }
            return simulation.isOver(Simulation.MOVE);
          },
          Duration.ofMinutes(1));

      var times = written.values().stream().toList();
      assertThat(times).hasSizeGreaterThan(5);
      for (var i = 1; i < times.size(); i++) {
        assertThat(times.get(i).minus(times.get(i - 1)))
            .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
      }
      var sequences = written.keySet().stream().toList();
      assertThat(sequences.get(sequences.size() - 1) - sequences.get(0) + 1)
          .as("each write was seen")
          .isEqualTo(sequences.size());
    }
  }

  private static SourceReport source(Simulation simulation) {
    var status = simulation.status();
    return status == null ? null : status.source();
  }
}
