package dev.ferryman.simulation;

import dev.ferryman.agent.journal.Journal;
import dev.ferryman.agent.kube.ApiUnavailableException;
import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.agent.libvirt.FakeHypervisor;
import dev.ferryman.agent.libvirt.HypervisorException;
import dev.ferryman.agent.libvirt.HypervisorListener;
import dev.ferryman.agent.libvirt.LifecycleEvent;
import dev.ferryman.agent.runner.HostContext;
import dev.ferryman.agent.runner.MigrationListener;
import dev.ferryman.agent.runner.MigrationRunner;
import dev.ferryman.agent.runner.Transport;
import dev.ferryman.agent.storage.DiskMaker;
import dev.ferryman.agent.storage.DiskProbe;
import dev.ferryman.agent.storage.Images;
import dev.ferryman.agent.storage.Markers;
import dev.ferryman.agent.storage.Mount;
import dev.ferryman.crds.FerrymanApi;
import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.hostresource.HostInstanceBuilder;
import dev.ferryman.crds.hostresource.HostResourceStatus;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.crds.hostresource.Hypervisor;
import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.livemigration.LiveMigration;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;

/** The agent of one host, with the real runner and journal; dies and comes back. */
final class AgentProcess {
  private static final Duration BY_WATCH = Duration.ofMillis(2);

  private final Simulation simulation;
  private final String host;
  private final FakeHypervisor hypervisor;
  private final Path directory;
  private final List<Mount> mounts;
  private int boots = 1;
  private Process process;
  private HostResourceStatus published;
  private long sequence;
  private List<HostInstance> known = List.of();
  private boolean toldOfOrphan;

  AgentProcess(Simulation simulation, String host, Path directory, List<Mount> mounts) {
    this.simulation = simulation;
    this.host = host;
    this.hypervisor = simulation.world.host(host);
    this.directory = directory;
    this.mounts = mounts;
    simulation.api.watch(this::told);
    simulation.timeline.every(Duration.ofSeconds(1), this::publish);
    simulation.timeline.every(Duration.ofSeconds(10), this::renew);
    simulation.timeline.every(Duration.ofSeconds(30), this::look);
  }

  boolean isAlive() {
    return process != null;
  }

  /** Attempts that are open in its journal; none while it is dead. */
  long open() {
    return process == null ? 0 : process.journal.open().size();
  }

  /** Whether a person was told that an order has gone while this host had a part in it. */
  boolean hasToldOfOrphan() {
    return toldOfOrphan;
  }

  void start() {
    if (process == null) {
      process = new Process();
      renew();
      process.settle();
    }
  }

  void kill() {
    if (process != null) {
      var dying = process;
      process = null;
      dying.timer.shutdownNow();
      dying.runner.close();
      dying.journal.close();
      hypervisor.daemon.forgetListeners();
    }
  }

  /** The host has booted anew. */
  void rebooted() {
    boots++;
  }

  /** The API server's store was put back: everything that was seen is no longer so. */
  void beginAnew() {
    if (process != null) {
      var mine = process;
      published = null;
      publish();
      mine.sees.clear();
      mine.tell();
      mine.runner.reread();
    }
  }

  private void told() {
    var mine = process;
    if (mine != null && !mine.telling) {
      mine.telling = true;
      simulation.timeline.after(
          BY_WATCH.plus(simulation.harm.watchLag(host)),
          () -> {
            mine.telling = false;
            mine.tell();
          });
    }
  }

  private void look() {
    if (process != null && process.settled && simulation.api.isUp()) {
      process.runner.look(process.labelled());
    }
  }

  private void renew() {
    if (process != null && simulation.api.isUp()) {
      simulation.api.renew(host);
    }
  }

  private void publish() {
    if (process == null || !simulation.api.isUp()) {
      return;
    }
    var status = status();
    if (!status.equals(published)) {
      write(status);
    }
  }

  private void write(HostResourceStatus status) {
    sequence++;
    simulation.api.publish(
        host, HostResourceStatusBuilder.builder(status).sequence(sequence).build());
    published = status;
  }

  private CompletableFuture<Long> publishAtOnce() {
    try {
      write(status());
      return CompletableFuture.completedFuture(sequence);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private HostResourceStatus status() {
    var ready = process.settled;
    try {
      known = hypervisor.domains().stream().map(AgentProcess::instance).toList();
    } catch (HypervisorException silent) {
      ready = false;
    }
    var daemon = hypervisor.daemonStartTicks();
    return HostResourceStatusBuilder.builder()
        .total(new Resources(16, 32232L, 800L))
        .used(new Resources(4, 8000L, 100L))
        .committed(new Resources(4, 8000L, 100L))
        .hypervisor(
            new Hypervisor("kvm,qemu", "7.2.0", "9.0.0", "x86_64", "uuid-of-" + host, null, null))
        .instances(known)
        .instanceCount(known.size())
        .bootID(bootID())
        .libvirtdStartTime(daemon.isPresent() ? daemon.getAsLong() : null)
        .conditions(
            List.of(
                new ConditionBuilder()
                    .withType("Ready")
                    .withStatus(ready ? "True" : "False")
                    .withReason("AgentRunning")
                    .withMessage("")
                    .withLastTransitionTime("2026-01-01T00:00:00Z")
                    .build()))
        .build();
  }

  private static HostInstance instance(DomainFacts domain) {
    return HostInstanceBuilder.builder()
        .name(domain.name())
        .uuid(domain.uuid())
        .state(domain.state())
        .vcpus(1)
        .memoryMiB(192L)
        .incoming(domain.incoming() ? true : null)
        .addresses(List.of())
        .build();
  }

  private Path root(Path path) {
    return simulation.disks.root(host, path);
  }

  String bootID() {
    return "boot-" + boots + "-of-" + host;
  }

  /** What dies with the process. */
  private final class Process {
    final Journal journal;
    final MigrationRunner runner;
    final ScheduledExecutorService timer = simulation.stepwise.timer();
    final Map<String, LiveMigration> sees = new LinkedHashMap<>();
    boolean settled;
    boolean telling;

    Process() {
      try {
        journal = Journal.open(directory, simulation.timeline.clock().instant());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      var clock = simulation.timeline.clock();
      runner =
          new MigrationRunner(
              new HostContext(
                  host,
                  bootID(),
                  hypervisor,
                  simulation.api.as(host),
                  AgentProcess.this::publishAtOnce,
                  journal,
                  new Markers(Stepwise.atOnce(), () -> mounts, clock, AgentProcess.this::root),
                  new DiskProbe(
                      Stepwise.atOnce(),
                      new Images(Path.of("/dev"), Path.of("/sys")),
                      AgentProcess.this::root,
                      () -> true),
                  new DiskMaker(
                      Stepwise.atOnce(),
                      (file, form) -> Files.writeString(file, "an image"),
                      AgentProcess.this::root),
                  true,
                  Transport.of(Transport.Kind.Tls, null, true),
                  new Ears(),
                  timer,
                  clock,
                  simulation.timeline::nanoTime,
                  simulation.stepwise));
    }

    private void settle() {
      if (process != this) {
        return;
      }
      try {
        runner.settleFirst();
      } catch (ApiUnavailableException e) {
        simulation.timeline.after(Duration.ofMillis(500), this::settle);
        return;
      }
      hypervisor.addListener(runner);
      hypervisor.addListener(new Publishing());
      settled = true;
      tell();
      publish();
    }

    List<LiveMigration> labelled() {
      var label = FerrymanApi.hostLabel(host);
      return simulation.api.moves().stream()
          .filter(
              move ->
                  move.getMetadata().getLabels() != null
                      && move.getMetadata().getLabels().containsKey(label))
          .toList();
    }

    void tell() {
      if (process != this || !settled || !simulation.api.isUp()) {
        return;
      }
      var before = Map.copyOf(sees);
      sees.clear();
      for (var move : labelled()) {
        var uid = move.getMetadata().getUid();
        sees.put(uid, move);
        if (before.get(uid) != move) {
          runner.changed(move);
        }
      }
      before.forEach(
          (uid, move) -> {
            if (!sees.containsKey(uid)) {
              runner.left(move);
            }
          });
    }
  }

  private final class Publishing implements HypervisorListener {
    @Override
    public void lifecycle(LifecycleEvent event) {
      simulation.timeline.after(Duration.ofMillis(50), AgentProcess.this::publish);
    }
  }

  private final class Ears implements MigrationListener {
    @Override
    public void started(LiveMigration migration) {}

    @Override
    public void paused(LiveMigration migration, String message) {}

    @Override
    public void postCopy(LiveMigration migration, String message) {}

    @Override
    public void ended(LiveMigration migration, boolean succeeded, String message) {}

    @Override
    public void settled(LiveMigration migration, String message) {}

    @Override
    public void orphaned(LiveMigration migration, String message) {
      toldOfOrphan = true;
    }

    @Override
    public void stray(String message) {}
  }
}
