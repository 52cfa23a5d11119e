package dev.ferryman.lab.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeartbeatsTest {
  private static final String TICKS = "100 1\n500 2\n520 3\n610 4\n630 5\n980 6\n";

  @Test
  void gapCountsIfItTouchesTheMove() {
    assertThat(Heartbeats.longestGap(TICKS, 510, 620)).isEqualTo(90);
    assertThat(Heartbeats.longestGap(TICKS, 510, 640)).isEqualTo(350);
    assertThat(Heartbeats.longestGap(TICKS, 490, 620)).isEqualTo(400);
  }

  @Test
  void movesThatTheHeartbeatsDoNotCoverHaveNoGap() {
    assertThatThrownBy(() -> Heartbeats.longestGap(TICKS, 90, 600))
        .isInstanceOf(MoveFailedException.class);
    assertThatThrownBy(() -> Heartbeats.longestGap(TICKS, 510, 990))
        .isInstanceOf(MoveFailedException.class);
    assertThatThrownBy(() -> Heartbeats.longestGap("", 1, 2))
        .isInstanceOf(MoveFailedException.class);
  }

  @Test
  void readsAcrossTheBeginningOfANewFileAndLeavesOutALineHalfWritten(@TempDir Path directory)
      throws Exception {
    Files.writeString(directory.resolve("ticks.before"), "100 1\n120 2\n");
    Files.writeString(directory.resolve("ticks"), "200 3\n220 4\n24");

    var heartbeats = new Heartbeats(directory.resolve("ticks"));

    assertThat(heartbeats.longestGap(110, 210)).isEqualTo(80);
  }
}
