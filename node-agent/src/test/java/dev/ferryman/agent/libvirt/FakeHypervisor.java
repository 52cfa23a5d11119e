package dev.ferryman.agent.libvirt;

import dev.ferryman.agent.libvirt.LifecycleEvent.Kind;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.ProcessIdentity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The libvirt of one host of a {@link FakeWorld}, behaving as libvirt 9.0 was seen to. */
public final class FakeHypervisor implements Hypervisor {
  final FakeWorld world;
  final FakeProcesses processes;
  final Map<String, FakeDomain> domains = new LinkedHashMap<>();

  /** Whether it is there and answers, and whom it tells what. */
  public final FakeDaemon daemon;

  /** The migrations from this host. */
  public final FakeMigrations migrations;

  /** Networks, filters, secrets, storage pools and the CPU of this host. */
  public final FakeHostObjects objects;

  private final String name;
  private final List<String> changes = new ArrayList<>();
  private Predicate<String> files = path -> true;
  private HostFacts facts;
  private long askedOthers;

  FakeHypervisor(FakeWorld world, String name) {
    this.world = world;
    this.name = name;
    this.daemon = new FakeDaemon(this);
    this.processes = new FakeProcesses(this);
    this.migrations = new FakeMigrations(this);
    this.objects = new FakeHostObjects(() -> daemon.order(() -> {}), this::activeXml);
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

  private Stream<String> activeXml() {
    return all().stream().filter(domain -> domain.state.isActive()).map(domain -> domain.liveXml);
  }

  @Override
  public String toString() {
    return name;
  }

  // The test's side.

  /** Defines a domain; it is shut off until it is started. */
  public FakeDomain define(String domain) {
    return world.act(
        () -> {
          var defined = new FakeDomain(this, domain);
          domains.put(defined.uuid, defined);
          daemon.emit(defined, Kind.Defined, 0);
          return defined;
        });
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

  /** The whole host is without power: its guests are gone, and all that watched them. */
  public void losePower() {
    world.happens(
        () -> {
          daemon.losePower();
          processes.forgetWatches();
          for (var domain : List.copyOf(domains.values())) {
            if (domain.state.isActive()) {
              domain.stops("unknown", 0);
              world.allMigrations().forEach(migration -> migration.losses.powerLostOf(domain));
            }
          }
          world.allMigrations().forEach(migration -> migration.losses.daemonDied(daemon));
        });
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

  /** Which files are on this host; by default every one. */
  public void files(Predicate<String> there) {
    files = there;
  }

  public void facts(HostFacts facts) {
    this.facts = facts;
  }

  // Hypervisor.

  @Override
  public HostFacts host() {
    return daemon.ask(() -> facts);
  }

  @Override
  public List<DomainFacts> domains() {
    return daemon.ask(() -> domains.values().stream().map(FakeDomain::facts).toList());
  }

  @Override
  public Optional<DomainFacts> domain(String uuid) {
    return daemon.ask(() -> Optional.ofNullable(domains.get(uuid)).map(FakeDomain::facts));
  }

  @Override
  public Optional<DomainFacts> domainNamed(String wanted) {
    return daemon.ask(
        () ->
            domains.values().stream()
                .filter(domain -> domain.name.equals(wanted))
                .findFirst()
                .map(FakeDomain::facts));
  }

  @Override
  public MoveFacts moveFacts(String uuid) {
    return daemon.ask(() -> existing(uuid).moveFacts());
  }

  @Override
  public HostObjects objects() {
    return objects;
  }

  @Override
  public String migratableXml(String uuid, XmlForm form) {
    return daemon.ask(
        () -> {
          var domain = existing(uuid);
          var persistent = domain.persistentXml;
          return form == XmlForm.Persistent && persistent != null ? persistent : domain.liveXml;
        });
  }

  @Override
  public JobFacts job(String uuid) {
    return daemon.ask(
        () -> migrations.active(uuid).map(found -> found.job.facts()).orElse(JobFacts.NONE));
  }

  @Override
  public CallOutcome migrate(MigrationRequest request) {
    return migrations.call(request);
  }

  @Override
  public void abortJob(String uuid) {
    daemon.order(
        () -> {
          changed("abort " + uuid);
          migrations.active(uuid, "no job is active on the domain").abort();
        });
  }

  @Override
  public void setMaxDowntime(String uuid, long milliseconds) {
    daemon.order(
        () -> {
          var unused = migrations.active(uuid, "domain is not being migrated");
          changed("downtime " + uuid + " " + milliseconds);
        });
  }

  @Override
  public void pauseMigrating(String uuid) {
    daemon.order(
        () -> {
          changed("pause " + uuid);
          migrations.active(uuid, "domain is not being migrated").pause();
        });
  }

  @Override
  public void startPostCopy(String uuid) {
    daemon.order(
        () -> {
          changed("post-copy " + uuid);
          migrations
              .active(uuid, "post-copy can only be started while outgoing migration is in progress")
              .postCopy
              .start();
        });
  }

  @Override
  public void resume(String uuid) {
    daemon.order(
        () -> {
          changed("resume " + uuid);
          var domain = existing(uuid);
          if (domain.state != DomainState.Paused || domain.incoming) {
            throw notValid("domain is not paused");
          }
          domain.becomes(DomainState.Running, "unpaused");
          daemon.emit(domain, Kind.Resumed, 0);
        });
  }

  @Override
  public void destroy(String uuid) {
    daemon.order(
        () -> {
          changed("destroy " + uuid);
          var domain = existing(uuid);
          if (!domain.state.isActive()) {
            throw notValid("domain is not running");
          }
          domain.stops("destroyed", 1);
          world.allMigrations().forEach(migration -> migration.losses.died(domain));
        });
  }

  @Override
  public void undefine(String uuid) {
    daemon.order(
        () -> {
          changed("undefine " + uuid);
          var domain = existing(uuid);
          if (domain.persistentXml == null) {
            throw notValid("cannot undefine transient domain");
          }
          domain.persistentXml = null;
          daemon.emit(domain, Kind.Undefined, 0);
          if (!domain.state.isActive()) {
            domains.remove(uuid);
          }
        });
  }

  @Override
  public boolean autostart(String uuid) {
    return daemon.ask(() -> existing(uuid).autostart);
  }

  @Override
  public void setAutostart(String uuid, boolean autostart) {
    daemon.order(
        () -> {
          changed("autostart " + uuid + " " + autostart);
          existing(uuid).autostart = autostart;
        });
  }

  @Override
  public long diskCapacityBytes(String uuid, String target) {
    return daemon.ask(
        () -> {
          if (existing(uuid).incoming || existing(uuid).isReceivedInPostCopy()) {
            throw new AssertionError("libvirt would block: " + uuid + " is being received");
          }
          return 1L << 30;
        });
  }

  @Override
  public long diskAllocationBytes(String uuid, String target) {
    return daemon.ask(() -> existing(uuid).incoming ? 0L : 1L << 20);
  }

  @Override
  public void probe(String uri) {
    daemon.order(() -> world.connect(this, uri));
  }

  @Override
  public boolean hasLeft(String uri, String hostUUID, String uuid, boolean persistent) {
    return daemon.ask(
        () -> {
          askedOthers++;
          var other = world.connect(this, uri);
          if (other.daemon.isHung() || !other.facts.hostUUID().equals(hostUUID)) {
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
    daemon.order(() -> world.later(then));
  }

  @Override
  public AutoCloseable whenEnded(ProcessIdentity process, Runnable then) {
    return world.act(() -> processes.whenEnded(process, then));
  }

  @Override
  public OptionalLong daemonStartTicks() {
    synchronized (world) {
      return daemon.startTicks();
    }
  }

  @Override
  public void addListener(HypervisorListener listener) {
    world.happens(() -> daemon.addListener(listener));
  }

  @Override
  public void close() {}

  // For the fakes; the world's lock is held.

  void changed(String change) {
    changes.add(change);
  }

  boolean hasFile(String path) {
    return files.test(path);
  }

  FakeDomain existing(String uuid) {
    var domain = domains.get(uuid);
    if (domain == null) {
      throw new HypervisorException(
          42, 10, "Domain not found: no domain with matching uuid '" + uuid + "'");
    }
    return domain;
  }

  static HypervisorException notValid(String why) {
    return new HypervisorException(55, 10, "Requested operation is not valid: " + why);
  }
}
