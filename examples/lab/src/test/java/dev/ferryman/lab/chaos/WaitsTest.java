package dev.ferryman.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.Phase;
import org.junit.jupiter.api.Test;

class WaitsTest {
  @Test
  void splitBrainIsTrueIfItRunsOnBoth() {
    assertThat(Waits.isTrue(stalled("SplitBrain"), 2, 2)).isTrue();
    assertThat(Waits.isTrue(stalled("SplitBrain"), 1, 2)).isFalse();
  }

  @Test
  void outcomeIsNotUnknownOfAGuestThatRunsOnceWithoutAnotherCopy() {
    assertThat(Waits.isTrue(stalled("OutcomeUnknown"), 1, 1)).isFalse();
    assertThat(Waits.isTrue(stalled("OutcomeUnknown"), 0, 1)).isTrue();
    assertThat(Waits.isTrue(stalled("OutcomeUnknown"), 1, 2)).isTrue();
  }

  @Test
  void noHostIsSilentWhenAllIsMended() {
    assertThat(Waits.isTrue(stalled("SourceUnverified"), 1, 1)).isFalse();
  }

  @Test
  void whoeverWaitsMustSaySo() {
    assertThat(Waits.isTrue(new Word(Phase.Settling, "SplitBrain", "", false, false), 2, 2))
        .isFalse();
  }

  private static Word stalled(String reason) {
    return new Word(Phase.Settling, reason, "", true, false);
  }
}
