package dev.ferryman.operator.kube;

import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.inventory.InstanceProjection;
import dev.ferryman.operator.reconciler.Cluster;
import dev.ferryman.operator.reconciler.Heartbeats;
import dev.ferryman.operator.reconciler.TransitionListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** Figures for Prometheus: what has ended and why, what is under way, and how the hosts are. */
public final class OperatorMetrics implements TransitionListener {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private volatile Cluster cluster;
  private volatile Heartbeats heartbeats;

  OperatorMetrics(Cluster cluster, Heartbeats heartbeats) {
    this.cluster = cluster;
    this.heartbeats = heartbeats;
    for (var phase : Phase.values()) {
      if (!phase.isTerminal()) {
        Gauge.builder("ferryman.migrations.active", () -> inPhase(phase))
            .description("LiveMigrations that have not ended")
            .tag("phase", phase.name())
            .register(registry);
      }
    }
    for (var liveness : Liveness.values()) {
      Gauge.builder("ferryman.hosts", () -> hosts(liveness))
          .description("Hosts by liveness")
          .tag("liveness", liveness.name())
          .register(registry);
    }
    Gauge.builder("ferryman.instance.conflicts", this::conflicts)
        .description("Instances that two hosts run")
        .register(registry);
  }

  @Override
  public void changed(Transition transition) {
    if (transition.phaseChanged() && transition.after().phase().isTerminal()) {
      Counter.builder("ferryman.migrations.finished")
          .description("LiveMigrations that have ended")
          .tag("phase", transition.after().phase().name())
          .tag("reason", transition.reason().name())
          .register(registry)
          .increment();
    }
  }

  /** All figures, in Prometheus' text format. */
  String scrape() {
    return registry.scrape();
  }

  /** Goes on with the caches of a new start. */
  void observe(Cluster newCluster, Heartbeats newHeartbeats) {
    this.cluster = newCluster;
    this.heartbeats = newHeartbeats;
  }

  private double inPhase(Phase phase) {
    return cluster.migrations().stream().filter(m -> m.phase() == phase).count();
  }

  private double hosts(Liveness liveness) {
    return cluster.hosts().stream()
        .filter(h -> heartbeats.of(h.getMetadata().getName()) == liveness)
        .count();
  }

  private double conflicts() {
    return InstanceProjection.conflicts(cluster.instances()).size();
  }
}
