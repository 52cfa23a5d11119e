package dev.ferryman.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.KnownInstance;
import dev.ferryman.operator.reconciler.Cluster;
import dev.ferryman.operator.reconciler.Heartbeats;
import dev.ferryman.operator.reconciler.InstanceReconciler;
import dev.ferryman.operator.reconciler.InstanceWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InstanceUpkeepTest {
  private final AtomicInteger written = new AtomicInteger();

  /** A guest has just moved and no host lists it: every run asks to be followed up. */
  private final class JustMoved implements Cluster, Heartbeats, InstanceWriter {
    @Override
    public List<HostResource> hosts() {
      return List.of(
          Sample.resource(Sample.host("host-b", Sample.instance())),
          Sample.resource(Sample.host("host-c")));
    }

    @Override
    public List<Migration> migrations() {
      return List.of(
          Sample.move(
              Phase.Succeeded,
              s -> s.source(Sample.ended(Switched.Gone, DomainState.Absent, null).build())));
    }

    @Override
    public List<KnownInstance> instances() {
      return List.of();
    }

    @Override
    public boolean isHeard() {
      return true;
    }

    @Override
    public Liveness of(String host) {
      return Liveness.Alive;
    }

    @Override
    public Optional<Duration> changesIn(String host) {
      return Optional.empty();
    }

    @Override
    public Instant hearingSince() {
      return Sample.NOW;
    }

    @Override
    public void write(KnownInstance instance) {
      written.incrementAndGet();
    }

    @Override
    public void delete(String name) {}
  }

  @Test
  void howeverManyRunsThereAreOneFollowUpWaits() {
    var world = new JustMoved();
    var clock = Clock.fixed(Sample.NOW.plusSeconds(1), ZoneOffset.UTC);
    var reconciler =
        new InstanceReconciler(world, world, world, (name, message) -> {}, clock, () -> 0);
    try (var upkeep = new InstanceUpkeep(reconciler)) {
      upkeep.lead();
      for (int run = 1; run <= 5; run++) {
        int runs = run;
        await().until(() -> written.get() == runs);
        upkeep.request();
      }
      await().until(() -> written.get() == 6);
      await().untilAsserted(() -> assertThat(upkeep.waiting()).isEqualTo(1));
    }
  }
}
