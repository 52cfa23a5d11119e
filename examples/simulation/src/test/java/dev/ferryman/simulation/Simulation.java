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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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

  /** Another destination, where the operator chooses. */
  static final String THIRD = "host-d";

  static final String MOVE = "move";
  static final String GUEST = "g1";

  final Timeline timeline = new Timeline();
  final Stepwise stepwise = new Stepwise(timeline);
  final FakeWorld world = new FakeWorld();
  final ApiServer api = new ApiServer(timeline.clock());
  final Libvirt libvirt = new Libvirt(this);
  final OperatorProcess operator = new OperatorProcess(this, "first");
  final OperatorProcess second = new OperatorProcess(this, "second");
  final Harm harm = new Harm(this);
  final Disks disks;
  final Filters filters;
  final String uuid;
  final Mode mode;
  final GuestKind kind;

  private final Map<String, AgentProcess> agents = new LinkedHashMap<>();
  private final List<String> violations = new ArrayList<>();
  private final int attempts;
  private final List<String> hosts;
  private final Set<String> ranOn = new HashSet<>();
  private final Map<String, String> tried = new LinkedHashMap<>();
  private boolean twoRan;
  private boolean guestMayHaveEnded;
  private final List<Awaited> awaited = new ArrayList<>();
  private boolean mended;

  private record Awaited(Moment moment, int attempt, Runnable work) {}

  Simulation(Mode mode, GuestKind kind) {
    this(mode, kind, 1);
  }

  /**
   * @param attempts how many hosts may be tried: if more than one, the operator chooses among two
   */
  Simulation(Mode mode, GuestKind kind, int attempts) {
    this.mode = mode;
    this.kind = kind;
    this.attempts = attempts;
    hosts = attempts > 1 ? List.of(SOURCE, DESTINATION, THIRD) : List.of(SOURCE, DESTINATION);
    disks = new Disks(hosts);
    if (mode.locks) {
      world.withImageLocks();
    }
    var mounts =
        Mount.parse(
            mode.locks
                ? "1 0 8:1 / / rw - ext4 /dev/sda1 rw"
                : "1 0 8:1 / / rw - nfs4 server:/ rw,local_lock=all");
    for (var host : hosts) {
      hypervisor(host).migrations.onBegin(stepwise::stands);
      hypervisor(host).migrations.onResume(stepwise::stands);
      hypervisor(host).files(path -> Files.exists(disks.root(host, Path.of(path))));
      agents.put(host, new AgentProcess(this, host, disks.journal(host), mounts));
    }
    filters = new Filters(this);
    uuid = begin();
    agents.values().forEach(AgentProcess::start);
    operator.start();
    runFor(Duration.ofSeconds(3));
  }

  private String begin() {
    if (kind.local()) {
      disks.makeLocalDisk(SOURCE);
    }
    var disk = (kind.local() ? disks.local() : disks.shared()).resolve("disk.qcow2");
    var guest = hypervisor(SOURCE).define(GUEST).fileDisk("vda", disk.toString());
    if (kind.filtered()) {
      guest.device(Filters.INTERFACE);
    }
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

  // What a test does.

  /** The move that everything is about. */
  void order() {
    order(
        MOVE,
        attempts > 1
            ? LiveMigrationSpec.of(GUEST).tried(attempts)
            : LiveMigrationSpec.of(GUEST, DESTINATION));
  }

  /** The one after it. */
  void orderNext(String name, String destination) {
    order(name, LiveMigrationSpec.of(GUEST, destination));
  }

  private void order(String name, LiveMigrationSpec spec) {
    var order = spec.handedOver(mode.switchover);
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
    var status = status();
    var attempt = status == null ? null : status.attempt();
    if (attempt != null) {
      tried.putIfAbsent(attempt.uid(), status.destinationHost());
    }
    for (var next : List.copyOf(awaited)) {
      if (next.attempt() <= (attempt == null ? 1 : attempt.number()) && next.moment().isNow(this)) {
        awaited.remove(next);
        next.work().run();
      }
    }
    if (status != null && status.phase() == Phase.Checking) {
      api.backUp();
    }
  }

  /** Does that once at that moment of that attempt or a later one, if all is not mended before. */
  void whenever(Moment moment, int attempt, Runnable work) {
    awaited.add(new Awaited(moment, attempt, work));
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

  /** How far libvirt is with the latest attempt that it was asked for; null before. */
  Stage stage() {
    var migration = migration();
    return migration == null ? null : migration.stage();
  }

  FakeMigration migration() {
    var migrations = world.migrations();
    return migrations.isEmpty() ? null : migrations.get(migrations.size() - 1);
  }

  private FakeMigration copied;
  private long begun;

  /** For how long the latest attempt has been copied. */
  Duration sinceBegin() {
    if (stage() == Stage.Copying && migration() != copied) {
      copied = migration();
      begun = timeline.nanoTime();
    }
    return copied == null ? Duration.ZERO : Duration.ofNanos(timeline.nanoTime() - begun);
  }

  List<String> violations() {
    var all = new ArrayList<>(violations);
    // Only Strict keeps libvirt from starting such a copy late, when the guest has gone on at its
    // source and has ended there: then no lock is held either.
    if (!twoRan && (mode == Mode.Strict || !libvirt.finishedLate)) {
      all.addAll(world.staleWrites());
    }
    var called = new HashSet<String>();
    for (var host : hosts) {
      hypervisor(host).migrations.attemptsAsked().stream()
          .filter(attempt -> !called.add(attempt))
          .forEach(attempt -> all.add("libvirt was called twice for attempt " + attempt));
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

  /** The hosts that were tried, by the attempt. */
  Map<String, String> tried() {
    return tried;
  }

  void guestMayEnd() {
    guestMayHaveEnded = true;
  }

  boolean guestMayHaveEnded() {
    return guestMayHaveEnded;
  }

  /** libvirt may let two copies run, which nobody can keep it from. */
  void mayRunTwice() {
    twoRan = true;
  }

  FakeHypervisor hypervisor(String host) {
    return world.host(host);
  }

  AgentProcess agent(String host) {
    return agents.get(host);
  }

  List<String> hosts() {
    return hosts;
  }

  /** The host that is tried, or will be first. */
  String destination() {
    var status = status();
    var chosen = status == null ? null : status.destinationHost();
    return chosen == null ? DESTINATION : chosen;
  }

  List<String> destinations() {
    return hosts.stream().filter(host -> !host.equals(SOURCE)).toList();
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

  @Override
  public void close() {
    agents.values().forEach(AgentProcess::kill);
    for (var migration : world.migrations()) {
      if (migration.stage() != Stage.Over) {
        migration.breakOff();
      }
    }
    stepwise.letReturn();
    disks.close();
  }
}
