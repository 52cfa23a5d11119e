package dev.ferryman.operator.reconciler;

import dev.ferryman.operator.decide.inventory.DoubleClaims;
import dev.ferryman.operator.decide.inventory.InstanceProjection;
import dev.ferryman.operator.decide.inventory.Inventory;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** Keeps the Instance objects as the hosts' lists are. Not for use by several threads at once. */
public final class InstanceReconciler {
  private static final Duration WHILE_CORRECTED = Duration.ofSeconds(5);

  private final Cluster cluster;
  private final Heartbeats heartbeats;
  private final InstanceWriter writer;
  private final ConflictListener listener;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final Set<String> conflicts = new HashSet<>();
  private DoubleClaims claims = DoubleClaims.NONE;

  public InstanceReconciler(
      Cluster cluster,
      Heartbeats heartbeats,
      InstanceWriter writer,
      ConflictListener listener,
      Clock clock,
      LongSupplier nanoTime) {
    this.cluster = cluster;
    this.heartbeats = heartbeats;
    this.writer = writer;
    this.listener = listener;
    this.clock = clock;
    this.nanoTime = nanoTime;
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
    long nanos = nanoTime.getAsLong();
    // Who could not hear that a claim was taken back cannot say that it stands.
    var before = cluster.isHeard() ? claims : DoubleClaims.NONE;
    claims = before.seen(inventory, moves, nanos);
    var projection = InstanceProjection.project(inventory, moves, claims.proved(nanos), known, now);
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
    return Stream.of(
            inventory.isCorrected() ? Optional.of(WHILE_CORRECTED) : Optional.<Duration>empty(),
            claims.next(nanos))
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder());
  }
}
