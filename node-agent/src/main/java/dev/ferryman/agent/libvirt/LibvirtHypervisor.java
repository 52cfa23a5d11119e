package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.LibvirtX.LIBVIRT;

import dev.ferryman.crds.livemigration.ProcessIdentity;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.DomainPointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The libvirt of this host, by libvirt's C library.
 *
 * <p>A daemon serves a connection five requests at a time, and a migration, the statistics of jobs
 * and their abort wait behind each other: so each migration, the jobs, the disks and the readings
 * have a connection of their own. Every call but that of a migration is left behind when it has not
 * been answered in time.
 */
public final class LibvirtHypervisor implements Hypervisor {
  private static final Logger LOG = LoggerFactory.getLogger(LibvirtHypervisor.class);

  private static final int LIMIT_OF_CALLS = 16;
  private static final int LIMIT_OF_JOB_CALLS = 8;

  /** A host that drops what is sent to it keeps each for minutes. */
  private static final int LIMIT_OF_PROBES = 32;

  private static final int LIMIT_OF_DISKS = 3;

  private static final int UNDEFINE_KEEP_NVRAM = 1 << 3;
  private static final int UNDEFINE_KEEP_TPM = 1 << 6;

  /** libvirt 8.9.0 came with VIR_DOMAIN_UNDEFINE_KEEP_TPM. */
  private static final int LIBVIRT_WITH_KEEP_TPM = 8_009_000;

  private final LibvirtSettings settings;
  private final HostProcesses processes;
  private final Listeners listeners = new Listeners();
  private final MonitoredConnection monitored;
  private final LazyConnection jobs;
  private final LazyConnection disks;
  private final BoundedCalls calls;
  private final BoundedCalls jobCalls;
  private final BoundedCalls probes;
  private final BoundedCalls diskCalls;
  private final DomainReader reader;
  private final LibvirtHostObjects objects;
  private volatile @Nullable CachedHost host;

  /** What a connection's daemon said of its host; another daemon may say otherwise. */
  private record CachedHost(Connection connection, HostFacts facts) {}

  private LibvirtHypervisor(LibvirtSettings settings) {
    this.settings = settings;
    this.processes = new HostProcesses(settings);
    this.reader = new DomainReader(processes);
    this.monitored = new MonitoredConnection(settings.uri(), listeners);
    this.jobs = new LazyConnection(settings.uri());
    this.disks = new LazyConnection(settings.uri());
    this.calls = bounded("libvirt-call", LIMIT_OF_CALLS);
    this.jobCalls = bounded("libvirt-job", LIMIT_OF_JOB_CALLS);
    this.probes = bounded("libvirt-probe", LIMIT_OF_PROBES);
    this.diskCalls = bounded("libvirt-disk", LIMIT_OF_DISKS);
    this.objects = new LibvirtHostObjects(monitored::get, calls);
  }

  private BoundedCalls bounded(String name, int limit) {
    return new BoundedCalls(name, settings.answerTimeout(), limit);
  }

  /**
   * Returns at once; the connection is opened in the background, now and whenever it is lost.
   *
   * @throws IllegalStateException if libvirt's client library is not installed here
   */
  public static LibvirtHypervisor start(LibvirtSettings settings) {
    try {
      EventLoop.ensureRunning();
    } catch (LinkageError e) {
      throw new IllegalStateException(
          "libvirt's client library cannot be loaded (Debian: libvirt0): " + e.getMessage(), e);
    }
    var hypervisor = new LibvirtHypervisor(settings);
    hypervisor.monitored.start();
    return hypervisor;
  }

  @Override
  public HostFacts host() {
    var connection = monitored.get();
    var known = host;
    if (known != null && known.connection == connection) {
      return known.facts;
    }
    return calls.call(
        "host facts",
        () -> {
          var facts = HostReader.read(connection);
          host = new CachedHost(connection, facts);
          return facts;
        });
  }

  @Override
  public List<DomainFacts> domains() {
    var connection = monitored.get();
    return calls.call("list of domains", connection::domainUUIDs).stream()
        .flatMap(uuid -> domain(connection, uuid).stream())
        .toList();
  }

  @Override
  public Optional<DomainFacts> domain(String uuid) {
    return domain(monitored.get(), uuid);
  }

  private Optional<DomainFacts> domain(Connection connection, String uuid) {
    return calls.call("domain " + uuid, () -> connection.withDomain(uuid, reader::read));
  }

  @Override
  public Optional<DomainFacts> domainNamed(String name) {
    var connection = monitored.get();
    return calls.call("domain " + name, () -> connection.withDomainNamed(name, reader::read));
  }

  @Override
  public MoveFacts moveFacts(String uuid) {
    var connection = monitored.get();
    return get(
        uuid,
        "what decides on a move",
        domain ->
            MoveReader.read(
                domain,
                new MoveReader.Surroundings(
                    () -> HostReader.capabilities(connection),
                    name -> LibvirtHostObjects.nwfilterXml(connection, name),
                    HostAddresses::subnetOf)));
  }

  @Override
  public HostObjects objects() {
    return objects;
  }

  @Override
  public String migratableXml(String uuid, XmlForm form) {
    var flags =
        DomainReader.XML_SECURE
            | DomainReader.XML_MIGRATABLE
            | (form == XmlForm.Persistent ? DomainReader.XML_INACTIVE : 0);
    return get(uuid, "XML", domain -> DomainReader.xml(domain, flags));
  }

  @Override
  public JobFacts job(String uuid) {
    return jobCalls.call(
        "job of " + uuid,
        () -> jobs.get().withDomain(uuid, DomainReader::job).orElse(JobFacts.NONE));
  }

  @Override
  public CallOutcome migrate(MigrationRequest request) {
    try {
      // No keepalive here: a daemon that hangs for a while must not cost the outcome of its call.
      var connection =
          calls.call("migration", () -> Connection.open(settings.uri()), Connection::close);
      try {
        return connection
            .withDomain(request.uuid(), MigrateCall.of(request)::run)
            .orElseGet(() -> MigrateCall.failure(Connection.noDomain(request.uuid())));
      } finally {
        closeLater(connection);
      }
    } catch (HypervisorException e) {
      return MigrateCall.failure(e);
    } catch (RuntimeException | LinkageError e) {
      return new CallOutcome(HypervisorException.NO_ANSWER, 0, String.valueOf(e));
    }
  }

  @Override
  public void abortJob(String uuid) {
    jobCalls.call(
        "abort of the job of " + uuid,
        () -> change(jobs.get(), uuid, "virDomainAbortJob", LIBVIRT::virDomainAbortJob));
  }

  @Override
  public void setMaxDowntime(String uuid, long milliseconds) {
    jobCalls.call(
        "downtime of " + uuid,
        () ->
            change(
                jobs.get(),
                uuid,
                "virDomainMigrateSetMaxDowntime",
                domain -> LIBVIRT.virDomainMigrateSetMaxDowntime(domain, milliseconds, 0)));
  }

  @Override
  public void pauseMigrating(String uuid) {
    change(
        uuid,
        "virDomainSuspend",
        domain -> {
          var result = LIBVIRT.virDomainSuspend(domain);
          if (result == 0 && DomainReader.isPausedByUser(domain)) {
            // libvirt's reason while it migrates a guest is another, so the migration is over.
            LastError.check(LIBVIRT.virDomainResume(domain), "virDomainResume");
            throw HypervisorException.noAnswer("the guest is not migrated any more");
          }
          return result;
        });
  }

  @Override
  public void startPostCopy(String uuid) {
    jobCalls.call(
        "post-copy of " + uuid,
        () ->
            change(
                jobs.get(),
                uuid,
                "virDomainMigrateStartPostCopy",
                domain -> LIBVIRT.virDomainMigrateStartPostCopy(domain, 0)));
  }

  @Override
  public void resume(String uuid) {
    change(uuid, "virDomainResume", LIBVIRT::virDomainResume);
  }

  @Override
  public void destroy(String uuid) {
    change(uuid, "virDomainDestroy", LIBVIRT::virDomainDestroy);
  }

  @Override
  public void undefine(String uuid) {
    var connection = monitored.get();
    var version = calls.call("libvirt's version", () -> HostReader.libvirtVersion(connection));
    var flags = UNDEFINE_KEEP_NVRAM | (version >= LIBVIRT_WITH_KEEP_TPM ? UNDEFINE_KEEP_TPM : 0);
    change(uuid, "virDomainUndefineFlags", domain -> LIBVIRT.virDomainUndefineFlags(domain, flags));
  }

  @Override
  public boolean autostart(String uuid) {
    return get(uuid, "autostart", DomainReader::autostart);
  }

  @Override
  public void setAutostart(String uuid, boolean autostart) {
    change(
        uuid,
        "virDomainSetAutostart",
        domain -> LIBVIRT.virDomainSetAutostart(domain, autostart ? 1 : 0));
  }

  @Override
  public long diskCapacityBytes(String uuid, String target) {
    return diskBytes(uuid, target, DomainReader::capacity);
  }

  @Override
  public long diskAllocationBytes(String uuid, String target) {
    return diskBytes(uuid, target, DomainReader::allocation);
  }

  private long diskBytes(
      String uuid, String target, BiFunction<DomainPointer, String, Long> figure) {
    return diskCalls.call(
        "size of " + target + " of " + uuid,
        () ->
            disks
                .get()
                .withDomain(uuid, domain -> figure.apply(domain, target))
                .orElseThrow(() -> Connection.noDomain(uuid)));
  }

  private <T> T get(String uuid, String what, Function<DomainPointer, T> call) {
    var connection = monitored.get();
    return calls
        .call(what + " of " + uuid, () -> connection.withDomain(uuid, call))
        .orElseThrow(() -> Connection.noDomain(uuid));
  }

  private void change(String uuid, String name, Function<DomainPointer, Integer> call) {
    var connection = monitored.get();
    calls.callAlone(name + " of " + uuid, () -> change(connection, uuid, name, call));
  }

  private static int change(
      Connection connection, String uuid, String name, Function<DomainPointer, Integer> call) {
    return connection
        .withDomain(uuid, domain -> LastError.check(call.apply(domain), name))
        .orElseThrow(() -> Connection.noDomain(uuid));
  }

  /** The daemon is told of the end of a connection, which must not keep a result waiting. */
  private static void closeLater(AutoCloseable connection) {
    var thread = new Thread(() -> close(connection), "libvirt-close");
    thread.setDaemon(true);
    thread.start();
  }

  private static void close(AutoCloseable connection) {
    try {
      connection.close();
    } catch (Exception e) {
      LOG.debug("A connection is left open", e);
    }
  }

  @Override
  public void probe(String uri) {
    probes.call(
        "connection to " + uri,
        () -> {
          Connection.open(uri).close();
          return true;
        });
  }

  @Override
  public boolean hasLeft(String uri, String hostUUID, String uuid, boolean persistent) {
    return probes.call(
        "domain " + uuid + " at " + uri,
        () -> {
          try (var connection = Connection.open(uri)) {
            var found = HostReader.read(connection).hostUUID();
            if (!hostUUID.equals(found)) {
              throw HypervisorException.noAnswer(uri + " leads to the host " + found);
            }
            return connection.withDomain(uuid, DomainReader::hasMigrated).orElse(persistent);
          }
        });
  }

  @Override
  public void whenCaughtUp(Runnable then) {
    var connection = monitored.get();
    // Its answer comes behind the events of before; those are then on their way to the listeners.
    calls.call("answer", connection::ping);
    EventLoop.afterEvents(() -> listeners.run(then));
  }

  @Override
  public AutoCloseable whenEnded(ProcessIdentity process, Runnable then) {
    return ProcessWatch.start(new ProcessTable(settings.proc()), process, then);
  }

  @Override
  public OptionalLong daemonStartTicks() {
    return processes.daemonStartTicks();
  }

  @Override
  public void addListener(HypervisorListener listener) {
    listeners.add(listener);
  }

  @Override
  public void close() {
    monitored.close();
    listeners.close();
    closeLater(jobs);
    closeLater(disks);
    List.of(calls, jobCalls, probes, diskCalls).forEach(BoundedCalls::close);
  }
}
