package dev.ferryman.operator.kube;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.instance.Instance;
import dev.ferryman.crds.instance.InstanceStatus;
import dev.ferryman.crds.instance.InstanceStatusBuilder;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.KnownInstance;
import dev.ferryman.operator.reconciler.Cluster;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The informers' caches, and what was written but has not come back by the watch yet. The last move
 * of each instance is kept though its object be deleted: the hosts publish their lists a little
 * later than a move is proved, and what was proved corrects them.
 */
final class ClusterCache implements Cluster {
  /** A deleted move is kept until others have ended so much later. */
  private static final Duration REMEMBERED = Duration.ofMinutes(10);

  private volatile Supplier<Stream<HostResource>> hosts = Stream::empty;
  private volatile Supplier<Stream<LiveMigration>> migrations = Stream::empty;
  private volatile Supplier<Stream<Instance>> instances = Stream::empty;
  private volatile BooleanSupplier heard = () -> false;
  private final Map<String, Migration> written = new ConcurrentHashMap<>();

  /** By libvirt UUID. */
  private final Map<String, Migration> lastMoves = new ConcurrentHashMap<>();

  void hostsFrom(Supplier<Stream<HostResource>> source) {
    hosts = source;
  }

  void migrationsFrom(Supplier<Stream<LiveMigration>> source) {
    migrations = source;
  }

  void instancesFrom(Supplier<Stream<Instance>> source) {
    instances = source;
  }

  /** Takes all for heard while that is so. */
  void heardWhile(BooleanSupplier watching) {
    heard = watching;
  }

  /** As the watch gave them. */
  Stream<HostResource> heardHosts() {
    return hosts.get();
  }

  /** As the watch gave them. */
  Stream<LiveMigration> heardMigrations() {
    return migrations.get();
  }

  @Override
  public boolean isHeard() {
    return heard.getAsBoolean();
  }

  @Override
  public List<HostResource> hosts() {
    return hosts.get().toList();
  }

  @Override
  public List<Migration> migrations() {
    var present = migrations.get().map(Migration::of).map(this::newest).toList();
    present.forEach(this::remember);
    forgetOldMoves();
    var uids = present.stream().map(Migration::uid).collect(Collectors.toSet());
    var deleted = lastMoves.values().stream().filter(m -> !uids.contains(m.uid()));
    return Stream.concat(present.stream(), deleted).toList();
  }

  @Override
  public List<KnownInstance> instances() {
    return instances
        .get()
        .map(i -> new KnownInstance(i.getMetadata().getName(), orEmpty(i)))
        .toList();
  }

  /** Whichever is newer: this, or what was written last. */
  Migration newest(Migration seen) {
    var own = written.get(seen.name());
    if (own == null) {
      return seen;
    }
    if (own.uid().equals(seen.uid())
        && version(own.resourceVersion()) > version(seen.resourceVersion())) {
      return own;
    }
    written.remove(seen.name(), own);
    return seen;
  }

  void wrote(Migration migration) {
    written.put(migration.name(), migration);
    remember(migration);
  }

  void forget(String migration) {
    written.remove(migration);
  }

  private void remember(Migration migration) {
    var uuid = migration.status().instanceUID();
    if (uuid == null || migration.phase() != Phase.Succeeded || !migration.hasStarted()) {
      return;
    }
    var known = lastMoves.get(uuid);
    if (known == null || ended(migration).isAfter(ended(known))) {
      lastMoves.put(uuid, migration);
    }
  }

  /** The lists are corrected for a minute or two; no clock is needed to forget the rest. */
  private void forgetOldMoves() {
    var newest =
        lastMoves.values().stream().map(ClusterCache::ended).max(Comparator.naturalOrder());
    newest.ifPresent(n -> lastMoves.values().removeIf(m -> ended(m).isBefore(n.minus(REMEMBERED))));
  }

  private static Instant ended(Migration move) {
    return move.began(Phase.Succeeded).orElse(Instant.EPOCH);
  }

  private static InstanceStatus orEmpty(Instance instance) {
    var status = instance.getStatus();
    return status == null ? InstanceStatusBuilder.builder().build() : status;
  }

  /** Versions of one resource are ordered (Kubernetes 1.35, KEP-5504); before, in practice. */
  private static long version(@Nullable String resourceVersion) {
    try {
      return resourceVersion == null ? 0 : Long.parseLong(resourceVersion);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
