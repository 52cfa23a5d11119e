package dev.ferryman.simulation;

import dev.ferryman.agent.kube.ApiUnavailableException;
import dev.ferryman.agent.kube.MigrationApi;
import dev.ferryman.agent.kube.Peer;
import dev.ferryman.agent.kube.ReportRefusedException;
import dev.ferryman.crds.FerrymanApi;
import dev.ferryman.crds.hostresource.Fenced;
import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceSpec;
import dev.ferryman.crds.hostresource.HostResourceStatus;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.KnownInstance;
import dev.ferryman.operator.reconciler.MigrationWriter.StaleException;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** An API server in memory with its {@link Rules}; its store can be put back to an earlier time. */
final class ApiServer {
  /** Nothing gets through. */
  static final class DownException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final Clock clock;
  private final List<Runnable> watchers = new ArrayList<>();
  private final List<Consumer<String>> leaseWatchers = new ArrayList<>();
  private Store store = new Store(Map.of(), Map.of(), Map.of(), 1);
  private final Map<String, LiveMigration> lastSeen = new LinkedHashMap<>();
  private Store backup;
  private boolean up = true;
  private boolean answersLost;
  private int uids;

  private record Store(
      Map<String, LiveMigration> moves,
      Map<String, HostResource> hosts,
      Map<String, KnownInstance> instances,
      long version) {
    Store {
      moves = new LinkedHashMap<>(moves);
      hosts = new LinkedHashMap<>(hosts);
      instances = new LinkedHashMap<>(instances);
    }

    Store copy(long next) {
      return new Store(moves, hosts, instances, next);
    }
  }

  ApiServer(Clock clock) {
    this.clock = clock;
  }

  // Everybody.

  /** Told after each change, and when the server is there again. */
  void watch(Runnable watcher) {
    watchers.add(watcher);
  }

  void watchLeases(Consumer<String> watcher) {
    leaseWatchers.add(watcher);
  }

  boolean isUp() {
    return up;
  }

  List<LiveMigration> moves() {
    return List.copyOf(store.moves.values());
  }

  List<HostResource> hosts() {
    return List.copyOf(store.hosts.values());
  }

  List<KnownInstance> instances() {
    return List.copyOf(store.instances.values());
  }

  /** The object as it is, or as it was last. */
  LiveMigration seen(String name) {
    return lastSeen.get(name);
  }

  Optional<LiveMigration> move(String name) {
    return Optional.ofNullable(store.moves.get(name));
  }

  // What befalls it.

  void down() {
    up = false;
    tell();
  }

  void up() {
    up = true;
    tell();
  }

  /** The next report is taken, but its answer is lost. */
  void loseAnswer() {
    answersLost = true;
  }

  /** What the store may be put back to; the first time counts. */
  void backUp() {
    if (backup == null) {
      backup = store.copy(store.version);
    }
  }

  /** Forgets all since the backup, also how many versions there were; false if there is none. */
  boolean restore() {
    if (backup == null) {
      return false;
    }
    store = backup.copy(backup.version);
    tell();
    return true;
  }

  // Users.

  void order(String name, LiveMigrationSpec spec) {
    var move = new LiveMigration();
    move.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .withUid("00000000-0000-4000-8000-%012d".formatted(++uids))
            .withGeneration(1L)
            .withCreationTimestamp(clock.instant().toString())
            .build());
    move.setSpec(spec);
    put(move);
  }

  void cancel(String name) {
    move(name).ifPresent(old -> put(copy(old, old.getSpec().asCancelled(), old.getStatus())));
  }

  void delete(String name) {
    move(name)
        .ifPresent(
            old -> {
              var marked = copy(old, old.getSpec(), old.getStatus());
              marked.getMetadata().setDeletionTimestamp(clock.instant().toString());
              put(marked);
            });
  }

  void fence(String host) {
    var old = store.hosts.get(host);
    old.setSpec(new HostResourceSpec(false, new Fenced(old.getStatus().bootID()), null, null));
    tell();
  }

  void unfence(String host) {
    store.hosts.get(host).setSpec(HostResourceSpec.DEFAULT);
    tell();
  }

  // Operators.

  Migration hold(Migration migration, String source, String destination) throws StaleException {
    var old = current(migration);
    var held = copy(old, old.getSpec(), old.getStatus());
    held.getMetadata().setLabels(Migration.labelsFor(source, destination));
    if (held.getMetadata().getDeletionTimestamp() == null || migration.held()) {
      held.getMetadata().setFinalizers(List.of(FerrymanApi.FINALIZER));
    }
    return Migration.of(put(held));
  }

  Migration status(Migration migration, LiveMigrationStatus part) throws StaleException {
    var old = current(migration);
    var known = old.getStatus();
    var status =
        LiveMigrationStatusBuilder.builder(part)
            .source(known == null ? null : known.source())
            .destination(known == null ? null : known.destination())
            .build();
    Rules.check(old, status).ifPresent(broken -> violated(old, broken));
    return Migration.of(put(copy(old, old.getSpec(), status)));
  }

  private static void violated(LiveMigration old, String broken) {
    throw new IllegalStateException(
        "422 for an operator: " + broken + " (" + old.getStatus() + ")");
  }

  void release(Migration migration) throws StaleException {
    requireUp();
    var old = store.moves.get(migration.name());
    if (old == null || !old.getMetadata().getUid().equals(migration.uid())) {
      throw new StaleException(new IllegalStateException("404"));
    }
    var free = copy(old, old.getSpec(), old.getStatus());
    free.getMetadata().setLabels(Map.of());
    free.getMetadata().setFinalizers(List.of());
    put(free);
  }

  void instance(KnownInstance instance) {
    requireUp();
    store.instances.put(instance.name(), instance);
    tell();
  }

  void deleteInstance(String name) {
    requireUp();
    store.instances.remove(name);
    tell();
  }

  void alive(String name, Condition alive, boolean schedulable) {
    requireUp();
    var old = store.hosts.get(name);
    var conditions =
        Stream.concat(
                old.getStatus().conditions().stream().filter(c -> !c.getType().equals("Alive")),
                Stream.of(alive))
            .toList();
    host(name, s -> s.conditions(conditions).schedulable(schedulable));
  }

  // Agents.

  void renew(String host) {
    requireUp();
    leaseWatchers.forEach(watcher -> watcher.accept(host));
  }

  /** An agent's word on its host; what is the operator's stays. */
  void publish(String name, HostResourceStatus status) {
    requireUp();
    host(
        name,
        old -> {
          var alive = old.build().conditions().stream().filter(c -> c.getType().equals("Alive"));
          return HostResourceStatusBuilder.builder(status)
              .schedulable(old.build().schedulable())
              .conditions(Stream.concat(status.conditions().stream(), alive).toList());
        });
  }

  private void host(String name, UnaryOperator<HostResourceStatusBuilder> change) {
    var old = store.hosts.get(name);
    var host = new HostResource();
    host.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .withGeneration(1L)
            .withResourceVersion(next())
            .build());
    host.setSpec(old == null ? HostResourceSpec.DEFAULT : old.getSpec());
    host.setStatus(
        change
            .apply(
                old == null
                    ? HostResourceStatusBuilder.builder().conditions(List.of())
                    : HostResourceStatusBuilder.builder(old.getStatus()))
            .build());
    store.hosts.put(name, host);
    tell();
  }

  /** The API as that host's agent may use it. */
  MigrationApi as(String host) {
    return new MigrationApi() {
      @Override
      public Optional<LiveMigration> get(String name) {
        requireAvailable();
        return move(name);
      }

      @Override
      public void report(String name, SourceReport report) {
        report(name, LiveMigrationStatus::sourceHost, status -> status.source(report));
      }

      @Override
      public void report(String name, DestinationReport report) {
        report(name, LiveMigrationStatus::destinationHost, status -> status.destination(report));
      }

      private void report(
          String name,
          java.util.function.Function<LiveMigrationStatus, String> writer,
          UnaryOperator<LiveMigrationStatusBuilder> half) {
        requireAvailable();
        var old = move(name).orElseThrow(() -> refused("not found"));
        if (old.getStatus() == null || !host.equals(writer.apply(old.getStatus()))) {
          throw refused("not the half of " + host);
        }
        var status = half.apply(LiveMigrationStatusBuilder.builder(old.getStatus())).build();
        Rules.check(old, status)
            .ifPresent(
                broken -> {
                  throw refused(broken);
                });
        put(copy(old, old.getSpec(), status));
        if (answersLost) {
          answersLost = false;
          throw new ApiUnavailableException("the answer is lost", new DownException());
        }
      }

      @Override
      public Peer peer(String other) {
        requireAvailable();
        return new Peer("10.0.0.1", "uuid-of-" + other);
      }
    };
  }

  private static ReportRefusedException refused(String why) {
    return new ReportRefusedException(why, new IllegalStateException("422"));
  }

  private void requireAvailable() {
    if (!up) {
      throw new ApiUnavailableException("down", new DownException());
    }
  }

  private void requireUp() {
    if (!up) {
      throw new DownException();
    }
  }

  private LiveMigration current(Migration migration) throws StaleException {
    requireUp();
    var stored = store.moves.get(migration.name());
    if (stored == null
        || !stored.getMetadata().getResourceVersion().equals(migration.resourceVersion())) {
      throw new StaleException(new IllegalStateException("409"));
    }
    return stored;
  }

  private LiveMigration copy(
      LiveMigration old, LiveMigrationSpec spec, LiveMigrationStatus status) {
    ObjectMeta meta = new ObjectMetaBuilder(old.getMetadata()).build();
    if (!spec.equals(old.getSpec())) {
      meta.setGeneration(meta.getGeneration() + 1);
    }
    var copy = new LiveMigration();
    copy.setMetadata(meta);
    copy.setSpec(spec);
    copy.setStatus(status);
    return copy;
  }

  private LiveMigration put(LiveMigration move) {
    var meta = move.getMetadata();
    meta.setResourceVersion(next());
    lastSeen.put(meta.getName(), move);
    if (meta.getDeletionTimestamp() != null
        && (meta.getFinalizers() == null || meta.getFinalizers().isEmpty())) {
      store.moves.remove(meta.getName());
    } else {
      store.moves.put(meta.getName(), move);
    }
    tell();
    return move;
  }

  private String next() {
    store = store.copy(store.version + 1);
    return String.valueOf(store.version);
  }

  private void tell() {
    List.copyOf(watchers).forEach(Runnable::run);
  }
}
