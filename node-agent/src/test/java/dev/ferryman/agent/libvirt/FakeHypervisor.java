package dev.ferryman.agent.libvirt;

import dev.ferryman.agent.libvirt.LifecycleEvent.Kind;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.MigrationStatistics;
import dev.ferryman.crds.livemigration.ProcessIdentity;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The libvirt of one host of a {@link FakeWorld}, behaving as libvirt 9.0 was seen to. */
public final class FakeHypervisor implements Hypervisor {
  private static final long PATIENCE_SECONDS = 20;

  final FakeWorld world;
  final Map<String, FakeDomain> domains = new LinkedHashMap<>();
  final List<FakeMigration> migrations = new ArrayList<>();

  private final String name;
  private final List<HypervisorListener> listeners = new ArrayList<>();
  private final List<String> changes = new ArrayList<>();
  private final List<MigrationRequest> asked = new ArrayList<>();
  private final Deque<Runnable> heldEvents = new ArrayDeque<>();
  private final List<Watch> watches = new ArrayList<>();
  private Predicate<String> files = path -> true;
  private Consumer<FakeMigration> script = migration -> {};
  private Consumer<FakeMigration> scriptOfResumed = migration -> {};
  private HostFacts facts;
  private boolean up = true;
  private boolean hung;
  private long askedOthers;
  private long daemonStart;
  private long nextPid = 100;

  /** Networks, filters, secrets, storage pools and the CPU of this host. */
  public final FakeHostObjects objects =
      new FakeHostObjects(
          () -> {
            var unused = ask(() -> true);
          },
          () ->
              all().stream()
                  .filter(domain -> domain.state.isActive())
                  .map(domain -> domain.liveXml));

  private record Watch(ProcessIdentity process, Runnable then) {}

  @Override
  public String toString() {
    return name;
  }

  FakeHypervisor(FakeWorld world, String name) {
    this.world = world;
    this.name = name;
    this.daemonStart = world.tick();
    this.facts =
        new HostFacts(
            "uuid-of-" + name,
            "x86_64",
            List.of("kvm", "qemu"),
            "7.2.22",
            "9.0.0",
            "Broadwell",
            List.of("pc", "pc-q35-7.2", "q35"),
            8);
  }

  // The test's side.

  /** Defines a domain; it is shut off until it is started. */
  public FakeDomain define(String domain) {
    return world.act(
        () -> {
          var defined = new FakeDomain(this, domain);
          domains.put(defined.uuid, defined);
          emit(defined, Kind.Defined, 0);
          return defined;
        });
  }

  /** Runs when a migration has begun here, in the thread of {@link #migrate}, before it waits. */
  public void onMigrate(Consumer<FakeMigration> script) {
    this.script = script;
  }

  /** The same when a migration goes on whose post-copy had broken. */
  public void onResume(Consumer<FakeMigration> script) {
    scriptOfResumed = script;
  }

  /** The latest migration of that domain from here; waits until there is one under way. */
  public FakeMigration awaitMigration(String uuid) throws InterruptedException {
    var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    synchronized (world) {
      while (true) {
        var found = active(uuid);
        if (found.isPresent()) {
          return found.get();
        }
        var left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError("no migration of " + uuid + " has begun on " + name);
        }
        world.wait(left);
      }
    }
  }

  /** How many times libvirt was asked to migrate the domain: refused calls count too. */
  public long migrateCalls(String uuid) {
    return changes().stream().filter(("migrate " + uuid)::equals).count();
  }

  /** The attempts that libvirt was asked for here, once for each call; refused ones count too. */
  public List<String> attemptsAsked() {
    synchronized (world) {
      return asked.stream()
          .map(request -> DomainXml.readIfPossible(request::destinationXml).attemptMark())
          .toList();
    }
  }

  /** How many times another host's libvirt was asked for a domain. */
  public long askedOthers() {
    synchronized (world) {
      return askedOthers;
    }
  }

  /** What there is of a domain now, whether or not the daemon answers. */
  public DomainState stateOf(String uuid) {
    synchronized (world) {
      var domain = domains.get(uuid);
      return domain == null ? DomainState.Absent : domain.state;
    }
  }

  /** What libvirt was asked to do here, in order: "migrate UUID", "destroy UUID", ... */
  public List<String> changes() {
    synchronized (world) {
      return List.copyOf(changes);
    }
  }

  /** The daemon is killed: calls under way are lost, and events until it is back. */
  public void killDaemon() {
    world.act(
        () -> {
          up = false;
          hung = false;
          heldEvents.clear();
          world.allMigrations().forEach(migration -> migration.daemonDied(this));
          tell(HypervisorListener::disconnected);
          return this;
        });
  }

  /** The daemon starts anew, with another start time; guests have gone on meanwhile. */
  public void startDaemon() {
    world.act(
        () -> {
          up = true;
          daemonStart = world.tick();
          domains.values().forEach(FakeDomain::goOnWithDaemon);
          domains.values().stream()
              .filter(domain -> domain.state == DomainState.ShutOff)
              .forEach(domain -> domain.reason = "unknown");
          tell(HypervisorListener::connected);
          return this;
        });
  }

  /**
   * The daemon that was started anew ends what it cannot take up: a copy whose migration died with
   * the one before. It does so while it answers already, and sends no event of it.
   */
  public void endOrphans() {
    world.act(
        () -> {
          if (up && !hung) {
            List.copyOf(domains.values()).stream()
                .filter(domain -> domain.orphanOfKilledDaemon)
                .forEach(FakeDomain::endsUnheard);
          }
          return this;
        });
  }

  /** The whole host is without power: its guests are gone, and all that watched them. */
  public void losePower() {
    world.act(
        () -> {
          listeners.clear();
          watches.clear();
          up = false;
          hung = false;
          heldEvents.clear();
          for (var domain : List.copyOf(domains.values())) {
            if (domain.state.isActive()) {
              domain.stops("unknown", 0);
              world.allMigrations().forEach(migration -> migration.powerLostOf(domain));
            }
          }
          world.allMigrations().forEach(migration -> migration.daemonDied(this));
          return this;
        });
  }

  public boolean isUp() {
    synchronized (world) {
      return up;
    }
  }

  public boolean isHung() {
    synchronized (world) {
      return hung;
    }
  }

  /** What there is of a domain, whether or not the daemon answers. */
  public Optional<FakeDomain> find(String uuid) {
    synchronized (world) {
      return Optional.ofNullable(domains.get(uuid));
    }
  }

  /** Each domain there is, whether or not the daemon answers. */
  public List<FakeDomain> all() {
    synchronized (world) {
      return List.copyOf(domains.values());
    }
  }

  /** The connection that brings events is lost; the daemon lives. */
  public void loseConnection() {
    world.act(
        () -> {
          tell(HypervisorListener::disconnected);
          return this;
        });
  }

  /** The daemon answers nothing; calls fail at once in the way they else would after 5 s. */
  public void hang() {
    world.act(() -> hung = true);
  }

  /** The daemon goes on; what happened meanwhile is told now. */
  public void goOn() {
    world.act(
        () -> {
          hung = false;
          heldEvents.forEach(world::later);
          heldEvents.clear();
          return this;
        });
  }

  /** The agent dies: nobody listens any more; migrations go on. */
  public void forgetListeners() {
    world.act(
        () -> {
          listeners.clear();
          return this;
        });
  }

  /** Nobody says any more how migrations end: calls that wait for that return. */
  public void letCallsReturn() {
    world.act(
        () -> {
          migrations.forEach(
              migration -> migration.returned().complete(FakeMigration.SOCKET_CLOSED));
          return this;
        });
  }

  public void facts(HostFacts facts) {
    this.facts = facts;
  }

  // Hypervisor.

  @Override
  public HostFacts host() {
    return ask(() -> facts);
  }

  @Override
  public List<DomainFacts> domains() {
    return ask(() -> domains.values().stream().map(FakeDomain::facts).toList());
  }

  @Override
  public Optional<DomainFacts> domain(String uuid) {
    return ask(() -> Optional.ofNullable(domains.get(uuid)).map(FakeDomain::facts));
  }

  @Override
  public Optional<DomainFacts> domainNamed(String wanted) {
    return ask(
        () ->
            domains.values().stream()
                .filter(domain -> domain.name.equals(wanted))
                .findFirst()
                .map(FakeDomain::facts));
  }

  @Override
  public MoveFacts moveFacts(String uuid) {
    return ask(
        () -> {
          var domain = existing(uuid);
          return MoveReader.facts(
              SafeXml.parse("domain", domain.liveXml),
              Stream.of(domain.liveXml, domain.persistentXml)
                  .filter(Objects::nonNull)
                  .map(xml -> SafeXml.parse("domain", xml))
                  .toList(),
              domain.snapshots,
              domain.blockJobs,
              new MoveReader.Surroundings(
                  () ->
                      "<capabilities><host><cpu><model>Broadwell</model></cpu></host></capabilities>",
                  objects::filterXml,
                  objects::subnetOf));
        });
  }

  @Override
  public HostObjects objects() {
    return objects;
  }

  @Override
  public String migratableXml(String uuid, XmlForm form) {
    return ask(
        () -> {
          var domain = existing(uuid);
          var persistent = domain.persistentXml;
          return form == XmlForm.Persistent && persistent != null ? persistent : domain.liveXml;
        });
  }

  @Override
  public JobFacts job(String uuid) {
    return ask(() -> active(uuid).map(FakeMigration::job).orElse(JobFacts.NONE));
  }

  @Override
  public CallOutcome migrate(MigrationRequest request) {
    try {
      var migration = ask(() -> request.resumesPostCopy() ? resume(request) : begin(request));
      (request.resumesPostCopy() ? scriptOfResumed : script).accept(migration);
      return migration.returned().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (HypervisorException e) {
      return new CallOutcome(e.code(), e.domain(), String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new CallOutcome(HypervisorException.NO_ANSWER, 0, "the test interrupted the call");
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("nobody said what becomes of the migration of " + request.uuid(), e);
    }
  }

  private FakeMigration begin(MigrationRequest request) {
    changes.add("migrate " + request.uuid());
    asked.add(request);
    var domain = existing(request.uuid());
    if (!domain.state.isActive()) {
      throw refused(55, 10, "Requested operation is not valid: domain is not running");
    }
    if (active(request.uuid()).isPresent()) {
      throw refused(
          55,
          10,
          "Requested operation is not valid: another migration job is already running for domain '"
              + domain.name
              + "'");
    }
    var destination = reachable(request.destinationUri());
    destination.requireRoomFor(domain);
    var migration = new FakeMigration(request, domain, destination);
    migrations.add(migration);
    return migration;
  }

  private FakeMigration resume(MigrationRequest request) {
    changes.add("resume post-copy " + request.uuid());
    var migration =
        active(request.uuid())
            .orElseThrow(
                () ->
                    refused(
                        55,
                        10,
                        "Requested operation is not valid: domain '"
                            + existing(request.uuid()).name
                            + "' is not being migrated"));
    var unused = reachable(request.destinationUri());
    migration.resumePostCopy();
    return migration;
  }

  private FakeHypervisor reachable(String uri) {
    var other = URI.create(uri).getHost();
    if (other == null || !world.reaches(name, other)) {
      throw refused(
          38, 7, "unable to connect to server at '" + other + ":16514': No route to host");
    }
    var host = world.host(other);
    if (host == this) {
      throw refused(1, 10, "internal error: Attempt to migrate guest to the same host " + other);
    }
    if (!host.up) {
      throw refused(
          38, 7, "unable to connect to server at '" + other + ":16514': Connection refused");
    }
    return host;
  }

  private void requireRoomFor(FakeDomain arriving) {
    for (var domain : domains.values()) {
      if (domain.uuid.equals(arriving.uuid) && domain.state.isActive()) {
        throw refused(
            55,
            20,
            "Requested operation is not valid: domain '" + domain.name + "' is already active");
      }
      if (domain.name.equals(arriving.name) && !domain.uuid.equals(arriving.uuid)) {
        throw refused(
            9,
            20,
            "operation failed: domain '"
                + domain.name
                + "' already exists with uuid "
                + domain.uuid);
      }
    }
  }

  @Override
  public void abortJob(String uuid) {
    ask(
        () -> {
          changes.add("abort " + uuid);
          active(uuid)
              .orElseThrow(
                  () ->
                      refused(
                          55,
                          10,
                          "Requested operation is not valid: no job is active on the domain"))
              .abort();
          return this;
        });
  }

  @Override
  public void setMaxDowntime(String uuid, long milliseconds) {
    ask(
        () -> {
          if (active(uuid).isEmpty()) {
            throw refused(55, 10, "Requested operation is not valid: domain is not being migrated");
          }
          return changes.add("downtime " + uuid + " " + milliseconds);
        });
  }

  @Override
  public void pauseMigrating(String uuid) {
    ask(
        () -> {
          changes.add("pause " + uuid);
          active(uuid)
              .orElseThrow(
                  () ->
                      refused(
                          55, 10, "Requested operation is not valid: domain is not being migrated"))
              .pause();
          return this;
        });
  }

  @Override
  public void startPostCopy(String uuid) {
    ask(
        () -> {
          changes.add("post-copy " + uuid);
          active(uuid)
              .orElseThrow(
                  () ->
                      refused(
                          55,
                          10,
                          "Requested operation is not valid: post-copy can only be started while"
                              + " outgoing migration is in progress"))
              .startPostCopy();
          return this;
        });
  }

  @Override
  public void resume(String uuid) {
    ask(
        () -> {
          changes.add("resume " + uuid);
          var domain = existing(uuid);
          if (domain.state != DomainState.Paused || domain.incoming) {
            throw refused(55, 10, "Requested operation is not valid: domain is not paused");
          }
          domain.becomes(DomainState.Running, "unpaused");
          emit(domain, Kind.Resumed, 0);
          return this;
        });
  }

  @Override
  public void destroy(String uuid) {
    ask(
        () -> {
          changes.add("destroy " + uuid);
          var domain = existing(uuid);
          if (!domain.state.isActive()) {
            throw refused(55, 10, "Requested operation is not valid: domain is not running");
          }
          domain.stops("destroyed", 1);
          world.allMigrations().forEach(migration -> migration.copyDied(domain));
          return this;
        });
  }

  @Override
  public void undefine(String uuid) {
    ask(
        () -> {
          changes.add("undefine " + uuid);
          var domain = existing(uuid);
          if (domain.persistentXml == null) {
            throw refused(
                55, 10, "Requested operation is not valid: cannot undefine transient domain");
          }
          domain.persistentXml = null;
          emit(domain, Kind.Undefined, 0);
          if (!domain.state.isActive()) {
            domains.remove(uuid);
          }
          return this;
        });
  }

  @Override
  public boolean autostart(String uuid) {
    return ask(() -> existing(uuid).autostart);
  }

  @Override
  public void setAutostart(String uuid, boolean autostart) {
    ask(
        () -> {
          changes.add("autostart " + uuid + " " + autostart);
          return existing(uuid).autostart = autostart;
        });
  }

  @Override
  public long diskCapacityBytes(String uuid, String target) {
    return ask(
        () -> {
          if (existing(uuid).incoming || existing(uuid).isReceivedInPostCopy()) {
            throw new AssertionError("libvirt would block: " + uuid + " is being received");
          }
          return 1L << 30;
        });
  }

  /** Which files are on this host; by default every one. */
  public void files(Predicate<String> there) {
    files = there;
  }

  boolean hasFile(String path) {
    return files.test(path);
  }

  @Override
  public long diskAllocationBytes(String uuid, String target) {
    return ask(() -> existing(uuid).incoming ? 0L : 1L << 20);
  }

  @Override
  public void probe(String uri) {
    ask(() -> reachable(uri));
  }

  @Override
  public boolean hasLeft(String uri, String hostUUID, String uuid, boolean persistent) {
    return ask(
        () -> {
          askedOthers++;
          var other = reachable(uri);
          if (other.hung || !other.facts.hostUUID().equals(hostUUID)) {
            throw HypervisorException.noAnswer(uri + ": no answer, or another host");
          }
          var domain = other.domains.get(uuid);
          return domain == null
              ? persistent
              : domain.state == DomainState.ShutOff && "migrated".equals(domain.reason);
        });
  }

  @Override
  public void whenCaughtUp(Runnable then) {
    ask(
        () -> {
          world.later(then);
          return this;
        });
  }

  @Override
  public AutoCloseable whenEnded(ProcessIdentity process, Runnable then) {
    return world.act(
        () -> {
          var watch = new Watch(process, then);
          watches.add(watch);
          if (domains.values().stream().noneMatch(domain -> process.equals(domain.process))) {
            processEnded(process);
          }
          return () -> world.act(() -> watches.remove(watch));
        });
  }

  @Override
  public OptionalLong daemonStartTicks() {
    synchronized (world) {
      return up ? OptionalLong.of(daemonStart) : OptionalLong.empty();
    }
  }

  @Override
  public void addListener(HypervisorListener listener) {
    world.act(
        () -> {
          listeners.add(listener);
          if (up) {
            world.later(listener::connected);
          }
          return this;
        });
  }

  @Override
  public void close() {}

  // For the fakes; the world's lock is held.

  FakeDomain receive(FakeDomain original, MigrationRequest request) {
    var known = domains.get(original.uuid);
    var copy = new FakeDomain(this, original.name);
    copy.uuid = original.uuid;
    copy.liveXml = request.destinationXml();
    copy.persistentXml = known == null ? null : known.persistentXml;
    copy.becomes(DomainState.Paused, StateWords.MIGRATING);
    copy.incoming = true;
    copy.process = newProcess();
    domains.put(copy.uuid, copy);
    return copy;
  }

  /** The kernel tells of it, whatever the daemon does. */
  void processEnded(ProcessIdentity process) {
    for (var watch : List.copyOf(watches)) {
      if (watch.process.equals(process)) {
        watches.remove(watch);
        world.later(watch.then);
      }
    }
  }

  ProcessIdentity newProcess() {
    return new ProcessIdentity(nextPid++, world.tick());
  }

  /** Lost while the daemon is down. */
  void emit(FakeDomain domain, Kind kind, int detail) {
    if (!up) {
      return;
    }
    var event = new LifecycleEvent(domain.uuid, kind, detail);
    tell(listener -> listener.lifecycle(event));
  }

  void emitJobCompleted(String uuid, MigrationStatistics statistics) {
    tell(listener -> listener.jobCompleted(uuid, statistics));
  }

  private void tell(Consumer<HypervisorListener> event) {
    var told = List.copyOf(listeners);
    Runnable telling = () -> told.forEach(event);
    if (hung) {
      heldEvents.add(telling);
    } else {
      world.later(telling);
    }
  }

  private <T> T ask(Supplier<T> question) {
    return world.act(
        () -> {
          if (!up) {
            throw HypervisorException.noAnswer(
                "no connection to qemu:///system: Failed to connect socket to"
                    + " '/var/run/libvirt/libvirt-sock': Connection refused");
          }
          if (hung) {
            throw HypervisorException.noAnswer("libvirt: no answer within 5.0 s");
          }
          return question.get();
        });
  }

  private Optional<FakeMigration> active(String uuid) {
    return migrations.stream()
        .filter(migration -> migration.isOf(uuid) && migration.isActive())
        .findFirst();
  }

  private FakeDomain existing(String uuid) {
    var domain = domains.get(uuid);
    if (domain == null) {
      throw refused(42, 10, "Domain not found: no domain with matching uuid '" + uuid + "'");
    }
    return domain;
  }

  private static HypervisorException refused(int code, int domain, String message) {
    return new HypervisorException(code, domain, message);
  }
}
