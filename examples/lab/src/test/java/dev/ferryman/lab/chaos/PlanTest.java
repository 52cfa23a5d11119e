package dev.ferryman.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PlanTest {
  private static final List<String> HOSTS = List.of("host-b", "host-c");

  @Test
  void sameSeedSameDecisions() {
    assertThat(plan(7, 180)).isEqualTo(plan(7, 180)).isNotEqualTo(plan(8, 180));
  }

  @Test
  void longerPlanBeginsLikeAShorterOne() {
    var shorter = plan(7, 60);
    var longer = plan(7, 600);

    assertThat(longer.faults()).startsWith(shorter.faults().toArray(Plan.PlannedFault[]::new));
    for (var guest = 0; guest < 3; guest++) {
      assertThat(longer.orders().get(guest))
          .startsWith(shorter.orders().get(guest).toArray(Plan.PlannedOrder[]::new));
    }
  }

  @Test
  void everyKindOfFaultComes() {
    var kinds =
        LongStream.range(0, 5)
            .boxed()
            .flatMap(seed -> plan(seed, 600).faults().stream())
            .map(planned -> planned.fault().getClass().getSimpleName())
            .collect(Collectors.toSet());

    assertThat(kinds)
        .containsExactlyInAnyOrder(
            "Kill",
            "Freeze",
            "Cut",
            "Slow",
            "KillIncoming",
            "KillLeftHalf",
            "HangAtSwitchover",
            "KillGuest");
  }

  @Test
  void faultsComeInOrderAndWithinTheTime() {
    var moments = plan(3, 300).faults().stream().map(Plan.PlannedFault::at).toList();

    assertThat(moments).isSorted().allMatch(at -> at.compareTo(Duration.ofSeconds(300)) < 0);
  }

  private static Plan plan(long seed, int seconds) {
    return Plan.draw(seed, Duration.ofSeconds(seconds), HOSTS, 3);
  }
}
