package dev.ferryman.operator.reconciler;

import dev.ferryman.operator.decide.inventory.InstanceProjection;
import dev.ferryman.operator.decide.inventory.Inventory;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Keeps the Instance objects as the hosts' lists are. Not for use by several threads at once. */
public final class InstanceReconciler {
  private static final Duration WHILE_CORRECTED = Duration.ofSeconds(5);

  private final Cluster cluster;
  private final Heartbeats heartbeats;
  private final InstanceWriter writer;
  private final ConflictListener listener;
  private final Clock clock;
  private final Set<String> conflicts = new HashSet<>();

  public InstanceReconciler(
      Cluster cluster,
      Heartbeats heartbeats,
      InstanceWriter writer,
      ConflictListener listener,
      Clock clock) {
    this.cluster = cluster;
    this.heartbeats = heartbeats;
    this.writer = writer;
    this.listener = listener;
    this.clock = clock;
  }

  /**
   * Writes what differs.
   *
   * @return after how long to look again though nothing happens
   */
  public Optional<Duration> reconcile() {
    var now = clock.instant();
    var moves = cluster.migrations();
    var inventory = Inventory.of(Observation.hosts(cluster, heartbeats), moves, now);
    var known = cluster.instances();
    var projection = InstanceProjection.project(inventory, moves, known, now);
    for (var instance : projection.write()) {
      writer.write(instance);
    }
    for (var name : projection.delete()) {
      writer.delete(name);
      conflicts.remove(name);
    }
    var current = InstanceProjection.conflicts(projection.write());
    current.forEach(
        (name, message) -> {
          if (conflicts.add(name)) {
            listener.conflict(name, message);
          }
        });
    projection.write().stream()
        .filter(i -> !current.containsKey(i.name()))
        .forEach(i -> conflicts.remove(i.name()));
    return inventory.isCorrected() ? Optional.of(WHILE_CORRECTED) : Optional.empty();
  }
}
