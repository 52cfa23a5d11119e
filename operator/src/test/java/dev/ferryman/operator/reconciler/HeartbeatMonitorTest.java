package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Liveness;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeartbeatMonitorTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final HeartbeatMonitor monitor =
      new HeartbeatMonitor(
          Duration.ofSeconds(40), nanos::get, Clock.fixed(Sample.NOW, ZoneOffset.UTC));

  private void pass(int seconds) {
    nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
  }

  @Test
  void aHostIsUnknownUntilItIsHeardOrHasBeenSilentForLongEnough() {
    assertThat(monitor.of("host-b")).isEqualTo(Liveness.Unknown);
    pass(39);
    assertThat(monitor.of("host-b")).isEqualTo(Liveness.Unknown);
    pass(1);
    assertThat(monitor.of("host-b")).isEqualTo(Liveness.Dead);
  }

  @Test
  void aRenewalIsNewsOnlyForAHostNotKnownToLive() {
    assertThat(monitor.renewed("host-b")).isTrue();
    assertThat(monitor.renewed("host-b")).isFalse();
    assertThat(monitor.of("host-b")).isEqualTo(Liveness.Alive);
    pass(40);
    assertThat(monitor.of("host-b")).isEqualTo(Liveness.Dead);
    assertThat(monitor.renewed("host-b")).isTrue();
  }

  @Test
  void whoCannotHearDeclaresNobodyDead() {
    monitor.renewed("host-b");
    pass(30);
    monitor.hearing(false);
    pass(60);
    assertThat(monitor.of("host-b")).isEqualTo(Liveness.Unknown);

    monitor.hearing(true);
    pass(39);
    assertThat(monitor.of("host-b")).isEqualTo(Liveness.Unknown);
    pass(1);
    assertThat(monitor.of("host-b")).isEqualTo(Liveness.Dead);
  }

  @Test
  void theNextChangeIsForeseen() {
    pass(10);
    assertThat(monitor.changesIn("host-b")).contains(Duration.ofSeconds(30));
    monitor.renewed("host-b");
    pass(5);
    assertThat(monitor.changesIn("host-b")).contains(Duration.ofSeconds(35));
    pass(40);
    assertThat(monitor.changesIn("host-b")).isEmpty();
  }
}
