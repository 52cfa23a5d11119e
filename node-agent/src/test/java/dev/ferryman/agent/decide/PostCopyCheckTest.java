package dev.ferryman.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.Convergence;
import dev.ferryman.crds.livemigration.ConvergenceBuilder;
import dev.ferryman.crds.livemigration.OnTimeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostCopyCheckTest {
  private static final Convergence POST_COPY =
      ConvergenceBuilder.builder().onTimeout(OnTimeout.PostCopy).build();

  @Test
  void isMadeOnlyWherePostCopyIsOrdered() {
    var pausing = ConvergenceBuilder.builder().onTimeout(OnTimeout.Pause).build();

    assertThat(PostCopyCheck.judge(pausing, "host-b", true, "7.2.22")).isEmpty();
    assertThat(PostCopyCheck.judge(Convergence.DEFAULT, "host-b", true, "7.2.22")).isEmpty();
  }

  @ParameterizedTest(name = "QEMU {0}, {1} connections, paused {2} -> {3}")
  @CsvSource({
    "7.2.22, 1, false, Pass",
    "7.2.22, 2, false, Fail",
    "10.0.9, 2, false, Fail",
    "10.1.0, 2, false, Pass",
    "11.0.0, 8, false, Pass",
    "unknown, 1, false, Pass",
    "unknown, 2, false, Fail",
    "10.1.0, 1, true, Fail",
  })
  void refusesWhatWouldLoseTheGuestOrBeRefusedByLibvirt(
      String qemu, int connections, boolean paused, CheckOutcome expected) {
    var ordered = ConvergenceBuilder.builder(POST_COPY).parallelConnections(connections).build();

    var check = PostCopyCheck.judge(ordered, "host-b", paused, qemu).orElseThrow();

    assertThat(check.outcome()).isEqualTo(expected);
    assertThat(check.reason())
        .isEqualTo(expected == CheckOutcome.Fail ? "PostCopyUnsupported" : null);
  }
}
