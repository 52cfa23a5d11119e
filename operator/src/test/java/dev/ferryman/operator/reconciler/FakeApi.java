package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.FerrymanApi;
import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.KnownInstance;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** An API server in memory: versions, conflicts, and the rules that guard phase and attempt. */
final class FakeApi implements Cluster, MigrationWriter, Heartbeats {
  final Map<String, Host> hosts = new LinkedHashMap<>();
  final Map<String, Migration> objects = new LinkedHashMap<>();
  final List<String> writes = new ArrayList<>();
  private long version = 10;

  void host(Host host) {
    hosts.put(host.name(), host);
  }

  void create(LiveMigration order) {
    objects.put(order.getMetadata().getName(), Migration.of(order));
  }

  synchronized Migration get(String name) {
    return objects.get(name);
  }

  /** A user's change. */
  void cancel(String name) {
    var old = objects.get(name);
    put(old, old.status(), old.spec().asCancelled());
  }

  void delete(String name) {
    var old = objects.get(name);
    objects.put(
        name,
        new Migration(
            old.name(),
            old.uid(),
            next(),
            old.generation() + 1,
            old.created(),
            true,
            old.held(),
            old.hostLabels(),
            old.spec(),
            old.status()));
  }

  /** Somebody replaces the object by a manifest that knows neither labels nor finalizer. */
  void strip(String name) {
    var old = objects.get(name);
    objects.put(
        name,
        new Migration(
            old.name(),
            old.uid(),
            next(),
            old.generation(),
            old.created(),
            old.deleting(),
            false,
            Map.of(),
            old.spec(),
            old.status()));
  }

  /** The object as it has become elsewhere. */
  void has(String name, LiveMigrationStatus status) {
    var old = objects.get(name);
    put(old, status, old.spec());
  }

  void source(String name, SourceReport report) {
    agent(name, s -> s.source(report));
  }

  void destination(String name, DestinationReport report) {
    agent(name, s -> s.destination(report));
  }

  private void agent(String name, UnaryOperator<LiveMigrationStatusBuilder> change) {
    var old = objects.get(name);
    put(old, change.apply(LiveMigrationStatusBuilder.builder(old.status())).build(), old.spec());
  }

  @Override
  public synchronized Migration hold(Migration migration, String source, String destination)
      throws StaleException {
    var stored = current(migration);
    writes.add("hold");
    var held =
        new Migration(
            stored.name(),
            stored.uid(),
            next(),
            stored.generation(),
            stored.created(),
            stored.deleting(),
            true,
            Map.of(
                FerrymanApi.hostLabel(source), "source",
                FerrymanApi.hostLabel(destination), "destination"),
            stored.spec(),
            stored.status());
    objects.put(held.name(), held);
    return held;
  }

  @Override
  public synchronized Migration status(Migration migration, LiveMigrationStatus part)
      throws StaleException {
    var stored = current(migration);
    if (part.source() != null || part.destination() != null) {
      throw new IllegalStateException("the halves are the agents'");
    }
    var status =
        LiveMigrationStatusBuilder.builder(part)
            .source(stored.status().source())
            .destination(stored.status().destination())
            .build();
    rules(stored, status);
    writes.add(String.valueOf(status.phase()));
    return put(stored, status, stored.spec());
  }

  private static void rules(Migration stored, LiveMigrationStatus status) {
    if (stored.phase().isTerminal() && stored.phase() != status.phase()) {
      throw new IllegalStateException("a terminal phase never changes");
    }
    var source = status.source();
    boolean calling =
        source != null
            && (source.state() == SourceState.Starting || source.state() == SourceState.Running);
    var settlement = status.settlement();
    boolean fenced =
        settlement != null
            && source != null
            && source.bootID().equals(settlement.sourceFencedBootID());
    if ((status.phase() == Phase.Pending || status.phase().isTerminal()) && calling && !fenced) {
      throw new IllegalStateException("the source's libvirt call has not ended");
    }
    var attempt = stored.status().attempt();
    boolean begins = stored.phase() == Phase.Pending && status.phase() == Phase.Checking;
    if (attempt != null
        && !attempt.equals(status.attempt())
        && !(begins && status.attempt().number() == attempt.number() + 1)) {
      throw new IllegalStateException("an attempt is never taken back");
    }
    if (stored.phase() != Phase.Pending
        && !(Objects.equals(stored.status().sourceHost(), status.sourceHost())
            && Objects.equals(stored.status().destinationHost(), status.destinationHost())
            && Objects.equals(stored.status().attempt(), status.attempt()))) {
      throw new IllegalStateException("attempt and hosts are fixed from Checking on");
    }
    if (status.phase() == Phase.Pending
        && stored.phase() != Phase.Pending
        && stored.phase() != Phase.Settling) {
      throw new IllegalStateException("phase may not go from " + stored.phase() + " to Pending");
    }
    if (stored.status().switchover() != null
        && stored.phase() != Phase.Pending
        && stored.status().switchover() != status.switchover()) {
      throw new IllegalStateException("switchover is fixed when the attempt begins to move");
    }
  }

  @Override
  public synchronized void delete(Migration migration) throws StaleException {
    objects.remove(current(migration).name());
    writes.add("delete");
  }

  @Override
  public synchronized void release(Migration migration) {
    writes.add("release");
    var old = objects.get(migration.name());
    if (old.deleting()) {
      objects.remove(migration.name());
      return;
    }
    objects.put(
        old.name(),
        new Migration(
            old.name(),
            old.uid(),
            next(),
            old.generation(),
            old.created(),
            false,
            false,
            Map.of(),
            old.spec(),
            old.status()));
  }

  private Migration put(Migration old, LiveMigrationStatus status, LiveMigrationSpec spec) {
    var changed =
        new Migration(
            old.name(),
            old.uid(),
            next(),
            old.generation(),
            old.created(),
            old.deleting(),
            old.held(),
            old.hostLabels(),
            spec,
            status);
    objects.put(old.name(), changed);
    return changed;
  }

  private Migration current(Migration migration) throws StaleException {
    var stored = objects.get(migration.name());
    if (stored == null || !stored.resourceVersion().equals(migration.resourceVersion())) {
      throw new StaleException(new IllegalStateException("409"));
    }
    return stored;
  }

  private String next() {
    return String.valueOf(++version);
  }

  @Override
  public synchronized List<HostResource> hosts() {
    return hosts.values().stream().map(Sample::resource).toList();
  }

  @Override
  public synchronized List<Migration> migrations() {
    return List.copyOf(objects.values());
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
    return hosts.get(host).liveness();
  }

  @Override
  public Optional<Duration> changesIn(String host) {
    return Optional.empty();
  }

  @Override
  public Instant hearingSince() {
    return Sample.NOW.minusSeconds(3600);
  }
}
