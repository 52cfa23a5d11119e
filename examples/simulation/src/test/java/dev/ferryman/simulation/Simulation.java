package dev.ferryman.simulation;

import dev.ferryman.agent.libvirt.FakeDomain;
import dev.ferryman.agent.libvirt.FakeHypervisor;
import dev.ferryman.agent.libvirt.FakeMigration;
import dev.ferryman.agent.libvirt.FakeMigration.Stage;
import dev.ferryman.agent.libvirt.FakeWorld;
import dev.ferryman.agent.storage.Mount;
import dev.ferryman.crds.livemigration.Convergence;
import dev.ferryman.crds.livemigration.ConvergenceBuilder;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.Phase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Hosts with real agents, real operators, a fake libvirt and API server, and made-up time. */
final class Simulation implements AutoCloseable {
  static final String SOURCE = "host-b";
  static final String DESTINATION = "host-c";
  static final String MOVE = "move";
  static final String GUEST = "g1";

  final Timeline timeline = new Timeline();
  final Stepwise stepwise = new Stepwise(timeline);
  final FakeWorld world = new FakeWorld();
  final ApiServer api = new ApiServer(timeline.clock());
  final Libvirt libvirt = new Libvirt(this);
  final OperatorProcess operator = new OperatorProcess(this, "first");
  final OperatorProcess second = new OperatorProcess(this, "second");
  final String uuid;
  final Path shared;
  final Mode mode;
  final GuestKind kind;

  private final Map<String, AgentProcess> agents = new LinkedHashMap<>();
  private final Map<String, Duration> lags = new HashMap<>();
  private final Set<String> withoutPower = new HashSet<>();
  private final List<String> violations = new ArrayList<>();
  private final Path directory;
  private Object backup;
  private final Set<String> ranOn = new HashSet<>();
  private boolean twoRan;
  private boolean guestMayHaveEnded;
  private final Map<Runnable, Moment> awaited = new LinkedHashMap<>();
  private boolean mended;
  private int orders;

  Simulation(Mode mode, GuestKind kind) {
    this.mode = mode;
    this.kind = kind;
    try {
      var memory = Path.of("/dev/shm");
      directory =
          Files.isWritable(memory)
              ? Files.createTempDirectory(memory, "ferryman-simulation")
              : Files.createTempDirectory("ferryman-simulation");
      shared = Files.createDirectory(directory.resolve("shared"));
      for (var host : List.of(SOURCE, DESTINATION)) {
        Files.createDirectory(localOn(host));
      }
      if (kind.local()) {
        Files.writeString(localDisk(SOURCE), "the guest's");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (mode.locks) {
      world.withImageLocks();
    }
    var mounts =
        Mount.parse(
            mode.locks
                ? "1 0 8:1 / / rw - ext4 /dev/sda1 rw"
                : "1 0 8:1 / / rw - nfs4 server:/ rw,local_lock=all");
    for (var host : List.of(SOURCE, DESTINATION)) {
      hypervisor(host).onMigrate(stepwise::stands);
      hypervisor(host).onResume(stepwise::stands);
      hypervisor(host).files(path -> Files.exists(root(host, Path.of(path))));
      agents.put(host, new AgentProcess(this, host, directory.resolve(host), mounts));
    }
    uuid = begin();
    agents.values().forEach(AgentProcess::start);
    operator.start();
    runFor(Duration.ofSeconds(3));
  }

  private String begin() {
    var disk = (kind.local() ? local() : shared).resolve("disk.qcow2");
    var guest = hypervisor(SOURCE).define(GUEST).fileDisk("vda", disk.toString());
    if (!kind.persistent()) {
      guest.asTransient();
    }
    guest.start();
    if (kind.persistent()) {
      guest.autostarted();
    }
    world.guestsWrite();
    if (kind.paused()) {
      guest.pause();
    }
    return guest.uuid();
  }

  /** A directory of each host of its own. */
  private Path local() {
    return directory.resolve("local");
  }

  Path localOn(String host) {
    return directory.resolve("local-on-" + host);
  }

  Path localDisk(String host) {
    return localOn(host).resolve("disk.qcow2");
  }

  /** Where a path of a host is. */
  Path root(String host, Path path) {
    return path.startsWith(local()) ? localOn(host).resolve(local().relativize(path)) : path;
  }

  // What a test does.

  void order(String name, String destination) {
    orders++;
    var order = LiveMigrationSpec.of(GUEST, destination).handedOver(mode.switchover);
    order = kind.local() ? order.asCopy() : order;
    api.order(name, kind.isBusy() ? order.converging(limits()) : order);
  }

  private Convergence limits() {
    return ConvergenceBuilder.builder()
        .completionTimeoutSeconds(5)
        .stallTimeoutSeconds(30)
        .onTimeout(kind.busy())
        .build();
  }

  /** Goes on until that is so, or the time is over. */
  boolean runUntil(BooleanSupplier condition, Duration limit) {
    var end = timeline.passed().plus(limit);
    while (!condition.getAsBoolean()) {
      if (timeline.passed().compareTo(end) > 0) {
        return false;
      }
      step();
    }
    return true;
  }

  void runFor(Duration time) {
    var end = timeline.passed().plus(time);
    runUntil(() -> timeline.passed().compareTo(end) >= 0, time.multipliedBy(2));
  }

  private void step() {
    timeline.step();
    stepwise.letReturn();
    world.guestsWrite();
    agents.keySet().stream()
        .filter(host -> hypervisor(host).stateOf(uuid).runs())
        .forEach(ranOn::add);
    if (world.runningCopies(uuid) > 1 && !twoRan) {
      twoRan = true;
      if (!mode.isUnprotected()) {
        violations.add("two copies run at " + timeline.passed());
      }
    }
    for (var entry : List.copyOf(awaited.entrySet())) {
      if (entry.getValue().isNow(this)) {
        awaited.remove(entry.getKey());
        entry.getKey().run();
      }
    }
    var status = status();
    if (backup == null && status != null && status.phase() == Phase.Checking) {
      backup = api.backup();
    }
  }

  /** Does that once at that moment, if it comes before all is mended. */
  void whenever(Moment moment, Runnable work) {
    awaited.put(work, moment);
  }

  /** From now on nothing befalls anything any more. */
  void noMoreFaults() {
    mended = true;
    awaited.clear();
  }

  /** Does that later, if there are faults then still. */
  void unlessMended(Duration delay, Runnable work) {
    timeline.after(
        delay,
        () -> {
          if (!mended) {
            work.run();
          }
        });
  }

  // What is seen.

  LiveMigrationStatus status() {
    var seen = api.seen(MOVE);
    return seen == null ? null : seen.getStatus();
  }

  /** How far libvirt is with the first move; null before. */
  Stage stage() {
    var migrations = world.migrations();
    return migrations.isEmpty() ? null : migrations.get(0).stage();
  }

  private long begun = -1;

  Duration sinceBegin() {
    if (begun < 0 && stage() == Stage.Copying) {
      begun = timeline.nanoTime();
    }
    return begun < 0 ? Duration.ZERO : Duration.ofNanos(timeline.nanoTime() - begun);
  }

  List<String> violations() {
    var all = new ArrayList<>(violations);
    // Without locks libvirt starts such a copy, though the guest went on and has ended since.
    if (!twoRan && !(mode.isUnprotected() && libvirt.finishedLate)) {
      all.addAll(world.staleWrites());
    }
    var calls =
        agents.keySet().stream().mapToLong(host -> hypervisor(host).migrateCalls(uuid)).sum();
    if (calls > orders) {
      all.add(calls + " calls of libvirt for " + orders + " orders");
    }
    return all;
  }

  boolean twoRan() {
    return twoRan;
  }

  /** Whether the guest has run on that host. */
  boolean ranOn(String host) {
    return ranOn.contains(host);
  }

  boolean guestMayHaveEnded() {
    return guestMayHaveEnded;
  }

  FakeHypervisor hypervisor(String host) {
    return world.host(host);
  }

  AgentProcess agent(String host) {
    return agents.get(host);
  }

  Set<String> hosts() {
    return agents.keySet();
  }

  List<FakeDomain> running() {
    var running = copies().stream().filter(d -> d.state().runs()).toList();
    guestMayHaveEnded |= !running.isEmpty();
    return running;
  }

  private List<FakeDomain> copies() {
    return agents.keySet().stream().flatMap(h -> hypervisor(h).all().stream()).toList();
  }

  boolean isOver(String name) {
    return api.move(name).map(move -> isOver(move)).orElse(true);
  }

  private static boolean isOver(LiveMigration move) {
    var meta = move.getMetadata();
    return move.getStatus() != null
        && move.getStatus().phase() != null
        && move.getStatus().phase().isTerminal()
        && (meta.getFinalizers() == null || meta.getFinalizers().isEmpty())
        && (meta.getLabels() == null || meta.getLabels().isEmpty());
  }

  /** Whether the agents have nothing open. */
  boolean isQuiet() {
    return agents.values().stream().allMatch(agent -> agent.isAlive() && agent.open() == 0);
  }

  Duration watchLag(String process) {
    return lags.getOrDefault(process, Duration.ZERO);
  }

  // What befalls it.

  void lag(String process, Duration lag) {
    lags.put(process, lag);
  }

  void startAgent(String host) {
    if (!withoutPower.contains(host)) {
      agent(host).start();
    }
  }

  void killDaemon(String host) {
    if (hypervisor(host).isUp()) {
      hypervisor(host).killDaemon();
    }
  }

  void startDaemon(String host) {
    if (!withoutPower.contains(host) && !hypervisor(host).isUp()) {
      hypervisor(host).startDaemon();
    }
  }

  void hang(String host) {
    if (hypervisor(host).isUp()) {
      hypervisor(host).hang();
    }
  }

  void goOn(String host) {
    if (hypervisor(host).isHung()) {
      hypervisor(host).goOn();
    }
  }

  /** The QEMU of the guest there. */
  void kill(String host) {
    hypervisor(host)
        .find(uuid)
        .filter(domain -> domain.state().isActive())
        .ifPresent(
            domain -> {
              guestMayHaveEnded |= !domain.incoming();
              domain.crash();
            });
  }

  /** QEMU's stream with the rest of a guest in post-copy. */
  void breakStream() {
    world.migrations().stream()
        .filter(migration -> migration.stage() == Stage.PostCopy)
        .forEach(FakeMigration::breakStream);
  }

  void cut() {
    libvirt.cut = true;
    world.cut(SOURCE, DESTINATION);
  }

  void mendLink() {
    libvirt.cut = false;
    world.mend(SOURCE, DESTINATION);
  }

  void losePower(String host) {
    if (withoutPower.add(host)) {
      guestMayHaveEnded |=
          hypervisor(host).find(uuid).filter(domain -> domain.state().isActive()).isPresent();
      // What locks held is free then, and libvirt lets the source's copy go on.
      twoRan |= mode != Mode.Strict && stage() == Stage.Finished && host.equals(DESTINATION);
      agent(host).kill();
      hypervisor(host).losePower();
    }
  }

  void fenceWhenDead(String host) {
    timeline.after(
        Duration.ofSeconds(60),
        () -> {
          if (withoutPower.contains(host) && api.isUp()) {
            api.fence(host);
          }
        });
  }

  void boot(String host) {
    if (withoutPower.remove(host)) {
      agent(host).rebooted();
      hypervisor(host).startDaemon();
      agent(host).start();
      api.unfence(host);
    }
  }

  /** The store is put back, and everybody notices at the next renewal of a Lease. */
  void restore() {
    if (backup != null) {
      api.restore(backup);
      timeline.after(
          Duration.ofSeconds(5),
          () -> {
            agents.values().forEach(AgentProcess::beginAnew);
            if (operator.isAlive()) {
              operator.kill();
              operator.start();
            }
          });
    }
  }

  FakeMigration migration() {
    return world.migrations().get(0);
  }

  @Override
  public void close() {
    agents.values().forEach(AgentProcess::kill);
    for (var migration : world.migrations()) {
      if (migration.stage() != Stage.Over) {
        migration.breakOff();
      }
    }
    stepwise.letReturn();
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
