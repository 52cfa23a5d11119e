package dev.ferryman.lab.figures;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SampleTest {
  @Test
  void medianOfAnOddNumberIsTheMiddleOne() {
    var sample = Sample.of(List.of(9, 1, 5), Integer::doubleValue);

    assertThat(sample.median()).isEqualTo(5);
    assertThat(sample.min()).isEqualTo(1);
    assertThat(sample.max()).isEqualTo(9);
    assertThat(sample.size()).isEqualTo(3);
  }

  @Test
  void medianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
    assertThat(Sample.of(List.of(4, 1, 2, 8), Integer::doubleValue).median()).isEqualTo(3);
  }
}
