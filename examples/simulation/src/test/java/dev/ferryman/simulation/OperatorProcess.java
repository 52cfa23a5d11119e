package dev.ferryman.simulation;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.KnownInstance;
import dev.ferryman.operator.reconciler.Cluster;
import dev.ferryman.operator.reconciler.HeartbeatMonitor;
import dev.ferryman.operator.reconciler.HostReconciler;
import dev.ferryman.operator.reconciler.InstanceReconciler;
import dev.ferryman.operator.reconciler.InstanceWriter;
import dev.ferryman.operator.reconciler.MigrationReconciler;
import dev.ferryman.operator.reconciler.MigrationWriter;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An operator that believes to lead, with its own view of things; dies and comes back. */
final class OperatorProcess {
  private static final Duration BY_WATCH = Duration.ofMillis(3);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration DEAD_AFTER = Duration.ofSeconds(40);

  private final Simulation simulation;
  private final String name;
  private Process process;

  OperatorProcess(Simulation simulation, String name) {
    this.simulation = simulation;
    this.name = name;
    simulation.api.watch(() -> ifAlive(Process::told));
    simulation.api.watchLeases(
        host ->
            ifAlive(
                p -> {
                  if (p.heartbeats.renewed(host)) {
                    p.hostsDue = true;
                    p.told();
                  }
                }));
    simulation.timeline.every(Duration.ofSeconds(30), () -> ifAlive(Process::wakeAll));
  }

  private void ifAlive(java.util.function.Consumer<Process> what) {
    if (process != null) {
      what.accept(process);
    }
  }

  boolean isAlive() {
    return process != null;
  }

  void start() {
    if (process == null) {
      process = new Process();
      process.told();
    }
  }

  void kill() {
    process = null;
  }

  private final class Process implements Cluster, MigrationWriter {
    final HeartbeatMonitor heartbeats =
        new HeartbeatMonitor(
            DEAD_AFTER, simulation.timeline::nanoTime, simulation.timeline.clock());
    private final MigrationReconciler migrations =
        new MigrationReconciler(
            this, heartbeats, this, transition -> {}, simulation.timeline.clock(), 5);
    private final HostReconciler hosts =
        new HostReconciler(heartbeats, simulation.api::alive, simulation.timeline.clock());
    private final InstanceReconciler instances =
        new InstanceReconciler(
            this,
            heartbeats,
            new InstanceWriter() {
              @Override
              public void write(KnownInstance instance) {
                simulation.api.instance(instance);
              }

              @Override
              public void delete(String instance) {
                simulation.api.deleteInstance(instance);
              }
            },
            (instance, message) -> {},
            simulation.timeline.clock(),
            simulation.timeline::nanoTime);
    private final Map<String, LiveMigration> moves = new LinkedHashMap<>();
    private final Map<String, Migration> written = new LinkedHashMap<>();
    private final Set<String> due = new HashSet<>();
    private Map<String, HostResource> seenHosts = Map.of();
    private List<KnownInstance> seenInstances = List.of();
    boolean hostsDue;
    private boolean instancesDue;
    private boolean telling;

    void told() {
      if (!telling) {
        telling = true;
        simulation.timeline.after(
            BY_WATCH.plus(simulation.harm.watchLag(name)),
            () -> {
              telling = false;
              hear();
            });
      }
    }

    private void hear() {
      if (process != this) {
        return;
      }
      heartbeats.hearing(simulation.api.isUp());
      if (!simulation.api.isUp()) {
        return;
      }
      var before = Map.copyOf(moves);
      moves.clear();
      simulation.api.moves().forEach(move -> moves.put(move.getMetadata().getName(), move));
      var hostsBefore = seenHosts;
      seenHosts = new LinkedHashMap<>();
      simulation.api.hosts().forEach(h -> seenHosts.put(h.getMetadata().getName(), h));
      seenInstances = simulation.api.instances();
      written.keySet().retainAll(moves.keySet());
      if (hostsDue || !hostsBefore.equals(seenHosts)) {
        hostsDue = false;
        seenHosts.values().forEach(this::reconcileHost);
        moves.keySet().forEach(this::wake);
      }
      moves.forEach(
          (move, now) -> {
            if (isNews(before.get(move), now)) {
              wake(move);
            }
          });
      if (!before.keySet().equals(moves.keySet())) {
        wakeAll();
      }
      requestInstances();
    }

    /** As the controller's filter has it: the operator's own writes of a status wake nobody. */
    private boolean isNews(LiveMigration before, LiveMigration now) {
      return before == null
          || (before != now
              && !(before.getMetadata().getUid().equals(now.getMetadata().getUid())
                  && before.getSpec().equals(now.getSpec())
                  && same(before, now)));
    }

    private boolean same(LiveMigration before, LiveMigration now) {
      var one = Migration.of(before);
      var other = Migration.of(now);
      return one.deleting() == other.deleting()
          && one.held() == other.held()
          && one.hostLabels().equals(other.hostLabels())
          && halves(one).equals(halves(other));
    }

    private LiveMigrationStatus halves(Migration move) {
      return LiveMigrationStatusBuilder.builder()
          .source(move.status().source())
          .destination(move.status().destination())
          .build();
    }

    private void requestInstances() {
      if (!instancesDue) {
        instancesDue = true;
        simulation.timeline.after(Duration.ofMillis(20), this::reconcileInstances);
      }
    }

    private void reconcileInstances() {
      instancesDue = false;
      if (process != this || !simulation.api.isUp()) {
        return;
      }
      instances
          .reconcile()
          .ifPresent(again -> simulation.timeline.after(again, this::requestInstances));
    }

    private void reconcileHost(HostResource host) {
      if (host.getStatus() == null || host.getStatus().bootID() == null) {
        return;
      }
      var hostName = host.getMetadata().getName();
      try {
        hosts
            .reconcile(host)
            .ifPresent(
                again ->
                    simulation.timeline.after(
                        again,
                        () -> {
                          if (process == this && seenHosts.get(hostName) == host) {
                            reconcileHost(seenHosts.get(hostName));
                            moves.keySet().forEach(this::wake);
                          }
                        }));
      } catch (ApiServer.DownException e) {
        hostsDue = true;
      }
    }

    void wakeAll() {
      moves.keySet().forEach(this::wake);
    }

    private void wake(String move) {
      if (due.add(move)) {
        simulation.timeline.soon(() -> reconcile(move));
      }
    }

    private void wakeAfter(String move, Duration delay) {
      simulation.timeline.after(
          delay,
          () -> {
            if (process == this) {
              wake(move);
            }
          });
    }

    private void reconcile(String move) {
      due.remove(move);
      var seen = moves.get(move);
      if (process != this || seen == null) {
        return;
      }
      try {
        migrations
            .reconcile(newest(Migration.of(seen)))
            .ifPresent(again -> wakeAfter(move, again.isNegative() ? Duration.ZERO : again));
      } catch (ApiServer.DownException e) {
        wakeAfter(move, RETRY);
      }
    }

    private Migration newest(Migration seen) {
      var own = written.get(seen.name());
      return own != null
              && own.uid().equals(seen.uid())
              && Long.parseLong(own.resourceVersion()) > Long.parseLong(seen.resourceVersion())
          ? own
          : seen;
    }

    private Migration wrote(Migration migration) {
      written.put(migration.name(), migration);
      return migration;
    }

    @Override
    public Migration hold(Migration migration, String source, String destination)
        throws StaleException {
      return wrote(simulation.api.hold(migration, source, destination));
    }

    @Override
    public Migration status(Migration migration, LiveMigrationStatus part) throws StaleException {
      return wrote(simulation.api.status(migration, part));
    }

    @Override
    public void delete(Migration migration) {
      throw new IllegalStateException("nothing was ordered to be deleted");
    }

    @Override
    public void release(Migration migration) throws StaleException {
      simulation.api.release(migration);
    }

    @Override
    public List<HostResource> hosts() {
      return List.copyOf(seenHosts.values());
    }

    @Override
    public List<Migration> migrations() {
      return moves.values().stream().map(Migration::of).map(this::newest).toList();
    }

    @Override
    public List<KnownInstance> instances() {
      return seenInstances;
    }

    @Override
    public boolean isHeard() {
      return simulation.api.isUp();
    }
  }
}
