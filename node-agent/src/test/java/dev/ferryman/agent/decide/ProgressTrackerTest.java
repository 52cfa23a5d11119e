package dev.ferryman.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.Progress;
import dev.ferryman.crds.livemigration.ProgressBuilder;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ProgressTrackerTest {
  @Test
  void isTheShareThatIsNotLeft() {
    assertThat(ProgressTracker.next(reading(1000, 250), null, 0).percent()).isEqualTo(75);
  }

  @Test
  void isNotCompleteBeforeTheEnd() {
    assertThat(ProgressTracker.next(reading(1000, 0), null, 0).percent()).isEqualTo(99);
  }

  @Property
  void neverFalls(@ForAll List<@LongRange(min = 0, max = 5000) Long> remaining) {
    Progress before = null;
    for (var left : remaining) {
      var next = ProgressTracker.next(reading(1000, left), before, 0);
      assertThat(next.percent()).isBetween(before == null ? 0 : before.percent(), 99);
      before = next;
    }
  }

  @Test
  void coversDisksAndTheMemoryThatIsYetToCome() {
    var disks = ProgressBuilder.builder().percent(0).diskTotalBytes(500L).diskRemainingBytes(0L);
    var copied = ProgressTracker.next(disks.build(), null, 500);
    var both = disks.memoryTotalBytes(500L).memoryRemainingBytes(250L).build();

    assertThat(copied.percent()).isEqualTo(50);
    assertThat(ProgressTracker.next(both, copied, 500).percent()).isEqualTo(75);
  }

  @Test
  void isCompleteWhenTheGuestHasLeft() {
    assertThat(ProgressTracker.complete(null).percent()).isEqualTo(100);
    assertThat(ProgressTracker.complete(reading(1000, 250)).memoryTotalBytes()).isEqualTo(1000);
  }

  private static Progress reading(long total, long remaining) {
    return ProgressBuilder.builder()
        .percent(0)
        .memoryTotalBytes(total)
        .memoryRemainingBytes(remaining)
        .build();
  }
}
