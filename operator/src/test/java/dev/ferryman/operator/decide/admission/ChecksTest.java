package dev.ferryman.operator.decide.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChecksTest {
  private static Check check(int number, CheckOutcome outcome) {
    return new Check("Disk" + number, outcome, null, "host-c", "disk " + number);
  }

  private static List<Check> passed(int count) {
    return IntStream.range(0, count).mapToObj(i -> check(i, CheckOutcome.Pass)).toList();
  }

  @Test
  void asManyAsAStatusHoldsAreKept() {
    assertThat(Checks.bounded(passed(Bounds.CHECKS))).isEqualTo(passed(Bounds.CHECKS));
    assertThat(Checks.bounded(passed(200))).isEqualTo(passed(Bounds.CHECKS));
    assertThat(Checks.bounded(List.of())).isEmpty();
  }

  @Test
  void theFirstObstacleIsNeverCutOff() {
    var checks = new ArrayList<>(passed(100));
    checks.set(80, check(80, CheckOutcome.Fail));
    checks.set(90, check(90, CheckOutcome.Fail));

    assertThat(Checks.bounded(checks)).hasSize(Bounds.CHECKS).endsWith(checks.get(80));
  }

  @Test
  void textsAreCut() {
    var wordy = new Check("Disk", CheckOutcome.Fail, null, null, "x".repeat(5000));

    assertThat(Checks.bounded(List.of(wordy)).get(0).message()).hasSize(Bounds.MESSAGE);
  }
}
