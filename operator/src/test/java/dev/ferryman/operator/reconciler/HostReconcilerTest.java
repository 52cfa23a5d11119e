package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceSpec;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HostReconcilerTest {
  private final AtomicLong nanos = new AtomicLong();
  private final TickingClock clock = new TickingClock();
  private final HeartbeatMonitor monitor =
      new HeartbeatMonitor(Duration.ofSeconds(40), nanos::get, clock);
  private final List<String> writes = new ArrayList<>();
  private HostResource stored = Sample.resource(Sample.host("host-b"));
  private final HostReconciler reconciler = new HostReconciler(monitor, this::write, clock);

  private void write(String host, Condition alive, boolean schedulable) {
    writes.add(alive.getStatus() + "/" + alive.getReason() + "/" + schedulable);
    var status =
        HostResourceStatusBuilder.builder(stored.getStatus())
            .conditions(List.of(Sample.ready("True"), alive))
            .schedulable(schedulable)
            .build();
    stored.setStatus(status);
  }

  private void pass(int seconds) {
    nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
    clock.pass(Duration.ofSeconds(seconds));
  }

  @Test
  void lifeAndDeathAreWrittenOnceEach() {
    assertThat(reconciler.reconcile(stored)).isPresent();
    monitor.renewed("host-b");
    reconciler.reconcile(stored);
    reconciler.reconcile(stored);
    pass(40);
    assertThat(reconciler.reconcile(stored)).isEmpty();
    reconciler.reconcile(stored);

    assertThat(writes)
        .containsExactly(
            "Unknown/LeaseNotSeenYet/false", "True/LeaseRenewed/true", "False/LeaseExpired/false");
  }

  @Test
  void aClosedHostIsNotSchedulable() {
    monitor.renewed("host-b");
    var closed =
        Sample.with(
            Host.of(stored, monitor.of("host-b")), new HostResourceSpec(true, null, null, null));
    stored = Sample.resource(closed);
    reconciler.reconcile(stored);

    assertThat(writes).containsExactly("True/LeaseRenewed/false");
  }
}
