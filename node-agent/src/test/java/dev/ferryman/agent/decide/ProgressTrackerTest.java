package dev.ferryman.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.Progress;
import dev.ferryman.crds.livemigration.ProgressBuilder;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProgressTrackerTest {
  @Test
  void isTheShareThatIsNotLeft() {
    assertThat(ProgressTracker.next(reading(1000, 250), null, false, 0).percent()).isEqualTo(75);
  }

  @Test
  void isNotCompleteBeforeTheEnd() {
    assertThat(ProgressTracker.next(reading(1000, 0), null, false, 0).percent()).isEqualTo(99);
  }

  @Property
  void neverFalls(@ForAll List<@LongRange(min = 0, max = 5000) Long> remaining) {
    Progress before = null;
    for (var left : remaining) {
      var next = ProgressTracker.next(reading(1000, left), before, false, 0);
      assertThat(next.percent()).isBetween(before == null ? 0 : before.percent(), 99);
      before = next;
    }
  }

  @Test
  void coversDisksAndTheMemoryThatIsYetToCome() {
    var disks = ProgressBuilder.builder().percent(0).diskTotalBytes(500L).diskRemainingBytes(0L);
    var copied = ProgressTracker.next(disks.build(), null, false, 500);
    var both = disks.memoryTotalBytes(500L).memoryRemainingBytes(250L).build();

    assertThat(copied.percent()).isEqualTo(50);
    assertThat(ProgressTracker.next(both, copied, false, 500).percent()).isEqualTo(75);
  }

  @Test
  void isCompleteWhenTheGuestHasLeft() {
    assertThat(ProgressTracker.complete(null).percent()).isEqualTo(100);
    assertThat(ProgressTracker.complete(reading(1000, 250)).memoryTotalBytes()).isEqualTo(1000);
  }

  @Test
  void estimatesTheEndFromWhatIsGainedOnTheGuest() {
    assertThat(eta(1000, 100L, null, false)).isEqualTo(10);
    assertThat(eta(1000, 100L, 60L, false)).isEqualTo(25);
    assertThat(eta(1001, 100L, 0L, false)).isEqualTo(11);
    assertThat(eta(0, 100L, 60L, false)).isZero();
  }

  @Test
  void knowsNoEndOfAGuestThatWritesAsFastAsItIsCopied() {
    assertThat(eta(1000, 100L, 97L, false)).isNull();
    assertThat(eta(1000, 100L, 300L, false)).isNull();
    assertThat(eta(1000, 0L, 0L, false)).isNull();
    assertThat(eta(1000, null, null, false)).isNull();
    assertThat(ProgressTracker.next(ProgressBuilder.builder().build(), null, false, 0).etaSeconds())
        .isNull();
  }

  @Test
  void knowsTheEndOfAPausedGuestWhateverItWroteBefore() {
    assertThat(eta(1000, 100L, 300L, true)).isEqualTo(10);
  }

  private static @Nullable Long eta(
      long remaining, @Nullable Long rate, @Nullable Long dirty, boolean paused) {
    var reading =
        ProgressBuilder.builder(reading(1000, remaining))
            .transferBytesPerSecond(rate)
            .dirtyBytesPerSecond(dirty)
            .build();
    return ProgressTracker.next(reading, null, paused, 0).etaSeconds();
  }

  private static Progress reading(long total, long remaining) {
    return ProgressBuilder.builder()
        .percent(0)
        .memoryTotalBytes(total)
        .memoryRemainingBytes(remaining)
        .build();
  }
}
