package dev.ferryman.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.Compression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompressionCheckTest {

  @ParameterizedTest
  @CsvSource({
    "9.0.0, Fail",
    "9.3.9, Fail",
    "9.4.0, Pass",
    "9.10.0, Pass",
    "10.0.0, Pass",
    "8.9.0, Fail",
    "9.4, Pass",
    "new, Fail",
    "'', Fail"
  })
  void zstdNeedsALibvirtThatHasIt(String version, CheckOutcome expected) {
    var check = CompressionCheck.judge(Compression.Zstd, "host-b", version).orElseThrow();

    assertThat(check.outcome()).isEqualTo(expected);
    assertThat(check.message()).contains(version);
  }

  @Test
  void whatEachLibvirtHasIsNotRefused() {
    assertThat(CompressionCheck.judge(Compression.Xbzrle, "host-b", "8.0.0"))
        .hasValueSatisfying(check -> assertThat(check.outcome()).isEqualTo(CheckOutcome.Pass));
    assertThat(CompressionCheck.judge(Compression.None, "host-b", "8.0.0")).isEmpty();
  }
}
