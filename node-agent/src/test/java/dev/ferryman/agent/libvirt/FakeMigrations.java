package dev.ferryman.agent.libvirt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** The migrations from a fake host: how they begin or are refused, and who hears of that. */
public final class FakeMigrations {
  private static final long PATIENCE_SECONDS = 20;

  private final FakeHypervisor host;
  private final FakeWorld world;
  private final List<FakeMigration> begun = new ArrayList<>();
  private final List<MigrationRequest> asked = new ArrayList<>();
  private Consumer<FakeMigration> script = migration -> {};
  private Consumer<FakeMigration> scriptOfResumed = migration -> {};

  FakeMigrations(FakeHypervisor host) {
    this.host = host;
    this.world = host.world;
  }

  // The test's side.

  /** Runs when one has begun, in the thread of {@link Hypervisor#migrate}, before it waits. */
  public void onBegin(Consumer<FakeMigration> script) {
    this.script = script;
  }

  /** The same when one goes on whose post-copy had broken. */
  public void onResume(Consumer<FakeMigration> script) {
    scriptOfResumed = script;
  }

  /** The latest of that domain; waits until there is one under way. */
  public FakeMigration await(String uuid) throws InterruptedException {
    var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    synchronized (world) {
      while (true) {
        var found = active(uuid);
        if (found.isPresent()) {
          return found.get();
        }
        var left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          throw new AssertionError("no migration of " + uuid + " has begun on " + host);
        }
        world.wait(left);
      }
    }
  }

  /** How many times libvirt was asked to migrate the domain: refused calls count too. */
  public long calls(String uuid) {
    return host.changes().stream().filter(("migrate " + uuid)::equals).count();
  }

  /** The attempts that libvirt was asked for here, once for each call; refused ones count too. */
  public List<String> attemptsAsked() {
    synchronized (world) {
      return asked.stream()
          .map(request -> DomainXml.readIfPossible(request::destinationXml).attemptMark())
          .toList();
    }
  }

  /** Nobody says any more how migrations end: calls that wait for that return. */
  public void letCallsReturn() {
    world.happens(() -> begun.forEach(FakeMigration::letCallReturn));
  }

  // The call, which waits; it takes the world's lock.

  CallOutcome call(MigrationRequest request) {
    try {
      var migration =
          host.daemon.ask(() -> request.resumesPostCopy() ? resume(request) : begin(request));
      (request.resumesPostCopy() ? scriptOfResumed : script).accept(migration);
      return migration.job.returned().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
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
    host.changed("migrate " + request.uuid());
    asked.add(request);
    var domain = host.existing(request.uuid());
    if (!domain.state.isActive()) {
      throw FakeHypervisor.notValid("domain is not running");
    }
    if (active(request.uuid()).isPresent()) {
      throw FakeHypervisor.notValid(
          "another migration job is already running for domain '" + domain.name + "'");
    }
    var destination = world.connect(host, request.destinationUri());
    requireRoomFor(domain, destination);
    var migration = new FakeMigration(request, domain, destination);
    begun.add(migration);
    return migration;
  }

  private static void requireRoomFor(FakeDomain arriving, FakeHypervisor destination) {
    for (var domain : destination.domains.values()) {
      if (domain.uuid.equals(arriving.uuid) && domain.state.isActive()) {
        throw new HypervisorException(
            55,
            20,
            "Requested operation is not valid: domain '" + domain.name + "' is already active");
      }
      if (domain.name.equals(arriving.name) && !domain.uuid.equals(arriving.uuid)) {
        throw new HypervisorException(
            9,
            20,
            "operation failed: domain '"
                + domain.name
                + "' already exists with uuid "
                + domain.uuid);
      }
    }
  }

  private FakeMigration resume(MigrationRequest request) {
    host.changed("resume post-copy " + request.uuid());
    var migration =
        active(request.uuid())
            .orElseThrow(
                () ->
                    FakeHypervisor.notValid(
                        "domain '"
                            + host.existing(request.uuid()).name
                            + "' is not being migrated"));
    var unused = world.connect(host, request.destinationUri());
    migration.postCopy.resume();
    return migration;
  }

  // For the fakes; the world's lock is held.

  List<FakeMigration> begun() {
    return begun;
  }

  Optional<FakeMigration> active(String uuid) {
    return begun.stream()
        .filter(migration -> migration.isOf(uuid) && migration.job.isActive())
        .findFirst();
  }

  /**
   * The domain's.
   *
   * @param otherwise why it is no valid operation if there is none
   */
  FakeMigration active(String uuid, String otherwise) {
    return active(uuid).orElseThrow(() -> FakeHypervisor.notValid(otherwise));
  }
}
