package dev.ferryman.agent.runner;

import dev.ferryman.agent.journal.Journal;
import dev.ferryman.agent.journal.Part;
import dev.ferryman.agent.libvirt.FakeDomain;
import dev.ferryman.agent.libvirt.FakeHypervisor;
import dev.ferryman.agent.libvirt.FakeMigration;
import dev.ferryman.agent.libvirt.FakeWorld;
import dev.ferryman.agent.storage.DiskMaker;
import dev.ferryman.agent.storage.DiskProbe;
import dev.ferryman.agent.storage.ImageTool;
import dev.ferryman.agent.storage.Images;
import dev.ferryman.agent.storage.Markers;
import dev.ferryman.agent.storage.Mount;
import dev.ferryman.crds.livemigration.Attempt;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Settlement;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Two hosts with fake libvirts and real agents' roles; the test plays the operator. */
final class Scene implements AutoCloseable {
  static final String ATTEMPT = FakeMigrationApi.UID + "/1";

  final FakeWorld world = new FakeWorld();
  final FakeHypervisor hostB = world.host("host-b");
  final FakeHypervisor hostC = world.host("host-c");
  final FakeMigrationApi api = new FakeMigrationApi();
  final FakeFigures figures = new FakeFigures();
  final FakeDomain guest;
  final List<String> orphaned = new ArrayList<>();
  private final List<String> strays = new ArrayList<>();

  private boolean installsFilters;
  private volatile long passed;
  private List<Mount> mounts = Mount.parse("1 0 8:1 / / rw - ext4 /dev/sda1 rw");
  private volatile ImageTool imageTool = (file, form) -> Files.writeString(file, "an image");
  private final Path directory;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private RunningAgent agentB;
  private RunningAgent agentC;

  private record RunningAgent(MigrationRunner runner, Journal journal) {}

  Scene(Path directory) {
    this.directory = directory;
    this.guest =
        hostB.define("g1").fileDisk("vda", directory.resolve("disk.qcow2").toString()).start();
    startAgentB();
    startAgentC();
  }

  /** From now on byte-range locks on the disks' directory hold on one host alone. */
  void withoutImageLocks() {
    mounts = Mount.parse("1 0 8:1 / / rw - nfs4 server:/ rw,local_lock=all");
  }

  /** That much time passes at once, by the agents' monotonic clock. */
  void pass(Duration time) {
    passed += time.toNanos();
  }

  // The agents.

  /** Agents that are started from now on install network filters. */
  void installFilters() {
    killAgents();
    installsFilters = true;
    startAgentB();
    startAgentC();
  }

  void startAgentB() {
    agentB = start(hostB, "host-b");
  }

  void startAgentC() {
    agentC = start(hostC, "host-c");
  }

  private RunningAgent start(FakeHypervisor hypervisor, String name) {
    try {
      var journal = Journal.open(directory.resolve("journal-" + name), Clock.systemUTC().instant());
      var context =
          new HostContext(
              name,
              "boot-of-" + name,
              hypervisor,
              api,
              figures,
              journal,
              new Markers(threads, () -> mounts, Clock.systemUTC(), path -> root(name, path)),
              new DiskProbe(
                  threads,
                  new Images(directory.resolve("dev"), directory.resolve("sys-of-" + name)),
                  path -> root(name, path),
                  () -> true),
              new DiskMaker(
                  threads, (file, form) -> imageTool.write(file, form), path -> root(name, path)),
              installsFilters,
              Transport.of(Transport.Kind.Tls, null, true),
              new Ears(),
              timer,
              Clock.systemUTC(),
              () -> System.nanoTime() + passed);
      var runner = new MigrationRunner(context);
      runner.settleFirst();
      hypervisor.addListener(runner);
      api.watch(runner::changed);
      return new RunningAgent(runner, journal);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Files below the directory "local" are each host's own. */
  private Path root(String host, Path path) {
    return path.startsWith(local()) ? localOn(host).resolve(local().relativize(path)) : path;
  }

  private Path local() {
    return directory.resolve("local");
  }

  /** Where a host's own files really are. */
  Path localOn(String host) {
    return directory.resolve("files-of-" + host);
  }

  /** The guest gets another disk, a file that its host alone has; the order is to copy it. */
  void withLocalDisk() {
    guest.device(
        "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='"
            + local().resolve("g1/local.qcow2")
            + "'/><target dev='vdb' bus='virtio'/></disk>");
    api.copyDisks();
    try {
      for (var host : List.of("host-b", "host-c")) {
        Files.createDirectories(localOn(host));
      }
      Files.createDirectory(localOn("host-b").resolve("g1"));
      Files.writeString(localOn("host-b").resolve("g1/local.qcow2"), "the guest's");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What becomes of images that are made from now on. */
  void imageTool(ImageTool tool) {
    imageTool = tool;
  }

  /** Both agents die; libvirt and the API server go on. */
  void killAgents() {
    api.forgetWatchers();
    endAgents();
    hostB.daemon.forgetListeners();
    hostC.daemon.forgetListeners();
  }

  /** The source's alone. */
  void killAgentB() {
    end(agentB);
    hostB.daemon.forgetListeners();
  }

  private void endAgents() {
    List.of(agentB, agentC).forEach(Scene::end);
  }

  private static void end(RunningAgent agent) {
    agent.runner().close();
    agent.journal().close();
  }

  /** The destination's. */
  Journal journalC() {
    return agentC.journal();
  }

  boolean journalIsClosed(Part part) {
    var journal = part == Part.Source ? agentB.journal() : agentC.journal();
    return journal.find(ATTEMPT, part).filter(entry -> !entry.stage().isOpen()).isPresent();
  }

  /** What the agents have told of migrations that nobody ordered. */
  List<String> strays() {
    synchronized (strays) {
      return List.copyOf(strays);
    }
  }

  void leaves() {
    agentB.runner().left(api.object());
    agentC.runner().left(api.object());
  }

  /** Both agents read anew what they have a part in: the API server's store was put back. */
  void reread() {
    agentB.runner().reread();
    agentC.runner().reread();
  }

  /** Both agents look beside their watches, and see these. */
  void look(LiveMigration... labelled) {
    agentB.runner().look(List.of(labelled));
    agentC.runner().look(List.of(labelled));
  }

  // The operator.

  void order() {
    api.operator(
        status ->
            LiveMigrationStatusBuilder.builder(status)
                .phase(Phase.Checking)
                .instanceUID(guest.uuid())
                .sourceHost("host-b")
                .destinationHost("host-c")
                .attempt(Attempt.of(FakeMigrationApi.UID, 1, "2026-01-01T00:00:00Z"))
                .build());
  }

  /** The first attempt has failed at host-c, and another host is tried. */
  void orderNext(String destination) {
    enter(Phase.Pending);
    api.operator(
        status ->
            LiveMigrationStatusBuilder.builder(status)
                .phase(Phase.Checking)
                .destinationHost(destination)
                .switchover(null)
                .attempt(Attempt.of(FakeMigrationApi.UID, 2, "2026-01-01T00:01:00Z"))
                .build());
  }

  void enter(Phase phase) {
    api.operator(status -> LiveMigrationStatusBuilder.builder(status).phase(phase).build());
  }

  void settle(int step, SourceOrder source, DestinationOrder destination) {
    api.operator(
        status ->
            LiveMigrationStatusBuilder.builder(status)
                .phase(Phase.Settling)
                .settlement(new Settlement(ATTEMPT, step, "test", source, destination, null))
                .build());
  }

  LiveMigrationStatus await(String what, Predicate<LiveMigrationStatus> holds) {
    try {
      Awaitility.await(what)
          .pollInterval(Duration.ofMillis(5))
          .atMost(Duration.ofSeconds(15))
          .until(() -> holds.test(api.status()));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(what + " in vain, it says: " + api.status(), e);
    }
    return api.status();
  }

  /** Checks done on both sides. */
  void orderAndCheck() {
    order();
    await(
        "both checked",
        status ->
            status.source() != null
                && status.source().state() == SourceState.Checked
                && status.destination() != null
                && status.destination().state() == DestinationState.Checked);
  }

  /** libvirt copies. */
  FakeMigration orderAndStart() throws InterruptedException {
    return orderAndStart(SwitchoverMode.Fast);
  }

  FakeMigration orderAndStart(SwitchoverMode mode) throws InterruptedException {
    orderAndCheck();
    api.operator(
        status ->
            LiveMigrationStatusBuilder.builder(status)
                .phase(Phase.Migrating)
                .switchover(mode)
                .build());
    return hostB.migrations.await(guest.uuid());
  }

  /** Both hosts' evidence, the destination's newer than the source's end. */
  LiveMigrationStatus awaitEvidence() {
    return await(
        "evidence of both hosts",
        status ->
            status.source() != null
                && status.source().endSequence() != null
                && status.destination() != null
                && status.destination().peerSequence() != null
                && status.destination().peerSequence() >= status.source().endSequence()
                && status.destination().started() != null);
  }

  @Override
  public void close() {
    endAgents();
    // Else one would complain in the midst of another test.
    hostB.migrations.letCallsReturn();
    hostC.migrations.letCallsReturn();
    timer.shutdownNow();
    threads.shutdownNow();
    // They may write to a directory that the test is about to remove.
    Awaitility.await("the markers' threads").until(threads::isTerminated);
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
    public void stray(String message) {
      synchronized (strays) {
        strays.add(message);
      }
    }

    @Override
    public void orphaned(LiveMigration migration, String message) {
      synchronized (orphaned) {
        orphaned.add(message);
      }
    }
  }
}
