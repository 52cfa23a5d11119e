package dev.ferryman.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class DoubleRunsTest {
  private static final Set<String> GUEST = Set.of("g");
  private static final long MILLISECOND = 1_000_000;

  private final DoubleRuns doubleRuns = new DoubleRuns();

  @Test
  void runningThereBetweenTwoAnswersThatItRunsHere() {
    doubleRuns.accept(view("host-b", 0, GUEST));
    doubleRuns.accept(view("host-c", 100, GUEST));

    assertThat(doubleRuns.accept(view("host-b", 200, GUEST))).isEqualTo(GUEST);
  }

  @Test
  void runningHereAndThenThereIsAMove() {
    doubleRuns.accept(view("host-b", 0, GUEST));
    doubleRuns.accept(view("host-c", 100, GUEST));

    assertThat(doubleRuns.accept(view("host-b", 200, Set.of()))).isEmpty();
    assertThat(doubleRuns.accept(view("host-c", 300, GUEST))).isEmpty();
  }

  @Test
  void answersThatOverlapProveNothing() {
    doubleRuns.accept(view("host-b", 0, GUEST));
    doubleRuns.accept(
        new HostView("host-c", 100 * MILLISECOND, 250 * MILLISECOND, GUEST, GUEST, GUEST));

    assertThat(doubleRuns.accept(view("host-b", 200, GUEST))).isEmpty();
  }

  @Test
  void answersFarApartLeaveTimeToGoAndComeBack() {
    doubleRuns.accept(view("host-b", 0, GUEST));
    doubleRuns.accept(view("host-c", 2_000, GUEST));

    assertThat(doubleRuns.accept(view("host-b", 4_000, GUEST))).isEmpty();
  }

  private static HostView view(String host, long millis, Set<String> running) {
    var begin = millis * MILLISECOND;
    return new HostView(host, begin, begin + MILLISECOND, running, running, running);
  }
}
