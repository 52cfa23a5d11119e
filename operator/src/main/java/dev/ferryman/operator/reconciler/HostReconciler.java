package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.Reason;
import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.operator.decide.Host;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Keeps what the operator says of a host up to date: whether it is alive, and schedulable. */
public final class HostReconciler {
  private final Heartbeats heartbeats;
  private final HostWriter writer;
  private final Clock clock;

  public HostReconciler(Heartbeats heartbeats, HostWriter writer, Clock clock) {
    this.heartbeats = heartbeats;
    this.writer = writer;
    this.clock = clock;
  }

  /**
   * Writes what has changed.
   *
   * @return after how long to look again if nothing happens before
   */
  public Optional<Duration> reconcile(HostResource resource) {
    var name = resource.getMetadata().getName();
    var again = heartbeats.changesIn(name).map(d -> d.plusMillis(50));
    var host = Host.of(resource, heartbeats.of(name));
    var old =
        host.status().conditions().stream()
            .filter(c -> c.getType().equals(Conditions.ALIVE))
            .findFirst();
    var alive = alive(host, old, generation(resource));
    boolean schedulable = host.isSchedulable();
    if (!Optional.of(alive).equals(old)
        || !Boolean.valueOf(schedulable).equals(host.status().schedulable())) {
      writer.status(name, alive, schedulable);
    }
    return again;
  }

  private static long generation(HostResource resource) {
    var generation = resource.getMetadata().getGeneration();
    return generation == null ? 0 : generation;
  }

  private Condition alive(Host host, Optional<Condition> old, long generation) {
    var conditions =
        new Conditions(old.map(List::of).orElse(List.of()), generation, clock.instant());
    return switch (host.liveness()) {
      case Alive ->
          set(conditions, Conditions.TRUE, Reason.LeaseRenewed, "the agent renews its Lease");
      case Dead ->
          set(
              conditions,
              Conditions.FALSE,
              Reason.LeaseExpired,
              "the agent has not renewed its Lease for too long");
      case Unknown ->
          set(
              conditions,
              Conditions.UNKNOWN,
              Reason.LeaseNotSeenYet,
              "the operator has not listened long enough to tell");
    };
  }

  private static Condition set(
      Conditions conditions, String status, Reason reason, String message) {
    return conditions.set(Conditions.ALIVE, status, reason.name(), message).list().get(0);
  }
}
