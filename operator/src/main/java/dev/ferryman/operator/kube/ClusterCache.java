package dev.ferryman.operator.kube;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.instance.Instance;
import dev.ferryman.crds.instance.InstanceStatus;
import dev.ferryman.crds.instance.InstanceStatusBuilder;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.KnownInstance;
import dev.ferryman.operator.reconciler.Cluster;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The informers' caches, and what was written but has not come back by the watch yet. */
final class ClusterCache implements Cluster {
  private volatile Supplier<Stream<HostResource>> hosts = Stream::empty;
  private volatile Supplier<Stream<LiveMigration>> migrations = Stream::empty;
  private volatile Supplier<Stream<Instance>> instances = Stream::empty;
  private final Map<String, Migration> written = new ConcurrentHashMap<>();

  void hostsFrom(Supplier<Stream<HostResource>> source) {
    hosts = source;
  }

  void migrationsFrom(Supplier<Stream<LiveMigration>> source) {
    migrations = source;
  }

  void instancesFrom(Supplier<Stream<Instance>> source) {
    instances = source;
  }

  @Override
  public List<HostResource> hosts() {
    return hosts.get().toList();
  }

  @Override
  public List<Migration> migrations() {
    return migrations.get().map(Migration::of).map(this::newest).toList();
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
  }

  void forget(String migration) {
    written.remove(migration);
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
