package dev.ferryman.agent.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.inventory.ProcSamples;
import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.livemigration.DomainState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When it is written. */
class HostPublisherPaceTest extends HostPublisherCases {
  @Test
  void writesAtOnceWhenAnInstanceChanges() throws InterruptedException {
    var guest = hypervisor.define("g1").start();
    published();

    thread.pass(Duration.ofSeconds(3));
    guest.pause();
    thread.pass(MOMENT);

    assertThat(nextStatus().instances())
        .extracting(HostInstance::state)
        .containsExactly(DomainState.Paused);
    assertNothingIsWritten();
  }

  @Test
  void writesWhatTheHostUsesWithinTenSecondsOfAChange() throws IOException, InterruptedException {
    published();
    thread.pass(Duration.ofSeconds(7));
    hypervisor.define("g1");
    thread.pass(Duration.ofSeconds(3));
    assertThat(nextStatus().used().memoryMiB()).isEqualTo(1151);

    ProcSamples.writeAvailable(root.resolve("proc"), 12_000);
    thread.pass(Duration.ofSeconds(10));

    assertThat(nextStatus().used().memoryMiB()).isEqualTo(24105 - 12_000);
    assertNothingIsWritten();
  }

  @Test
  void publishesAtOnceForWhoeverAsksAndSaysWhatSequenceItHas() throws InterruptedException {
    var before = published();

    var first = publisher.publish();
    var second = publisher.publish();
    thread.pass(Duration.ZERO);

    assertThat(nextStatus().sequence()).isEqualTo(before.sequence() + 1);
    assertThat(first).isCompletedWithValue(before.sequence() + 1);
    assertThat(second).as("one reading is for both").isCompletedWithValue(before.sequence() + 1);
    assertNothingIsWritten();
  }

  @Test
  void writesEventsThatComeTogetherTogether() throws InterruptedException {
    published();

    hypervisor.define("g1").start();
    hypervisor.define("g2").start().pause();
    thread.pass(MOMENT);

    assertThat(nextStatus().instances()).hasSize(2);
    assertNothingIsWritten();
  }

  @Test
  void writesNothingNewOnlyNowAndThen() throws InterruptedException {
    published();

    thread.pass(Duration.ofSeconds(290));
    assertNothingIsWritten();

    thread.pass(Duration.ofSeconds(20));
    assertThat(nextStatus().observedTime()).startsWith("2026-03-01T12:05");
  }

  @Test
  void writesTheSameAgainWhenItMayBeGone() throws InterruptedException {
    hypervisor.define("g1").start();
    published();

    publisher.publishAnew();
    thread.pass(Duration.ZERO);

    assertThat(nextStatus().instances()).hasSize(1);
  }

  @Test
  void writesItWithinTenSecondsThoughItsLooksAreSlow() throws InterruptedException {
    var change = clock.instant();
    whileLooking =
        () -> {
          writeAvailable(12_000);
          thread.spend(Duration.ofMillis(900));
          whileLooking = () -> thread.spend(Duration.ofMillis(900));
        };
    published();

    thread.pass(Duration.between(clock.instant(), change.plusMillis(9500)));

    assertThat(nextStatus().used().memoryMiB()).isEqualTo(24105 - 12_000);
    assertThat(clock.instant()).isBefore(change.plusSeconds(10));
  }

  private void writeAvailable(long mebibytes) {
    try {
      ProcSamples.writeAvailable(root.resolve("proc"), mebibytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
