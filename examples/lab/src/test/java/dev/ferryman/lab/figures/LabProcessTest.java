package dev.ferryman.lab.figures;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LabProcessTest {
  @Test
  void startIsAsLongAgoAsTheKernelSays() {
    var process = LabProcess.parse("4711 12000\n", "123.45 67.89\n", 10_000_000_000L);

    assertThat(process.pid()).isEqualTo(4711);
    assertThat(process.started()).isEqualTo(6_550_000_000L);
  }
}
