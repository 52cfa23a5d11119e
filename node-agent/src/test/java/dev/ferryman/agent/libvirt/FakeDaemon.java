package dev.ferryman.agent.libvirt;

import dev.ferryman.agent.libvirt.LifecycleEvent.Kind;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.MigrationStatistics;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The libvirt daemon of a fake host: whether it is there and answers, and whom it tells what. */
public final class FakeDaemon {
  private final FakeHypervisor host;
  private final FakeWorld world;
  private final List<HypervisorListener> listeners = new ArrayList<>();
  private final Deque<Runnable> heldEvents = new ArrayDeque<>();
  private boolean up = true;
  private boolean hung;
  private long startTicks;

  FakeDaemon(FakeHypervisor host) {
    this.host = host;
    this.world = host.world;
    this.startTicks = world.tick();
  }

  // The test's side.

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

  /** It is killed: calls under way are lost, and events until it is back. */
  public void kill() {
    world.happens(
        () -> {
          dies();
          world.allMigrations().forEach(migration -> migration.losses.daemonDied(this));
          tell(HypervisorListener::disconnected);
        });
  }

  /** It starts anew, with another start time; guests have gone on meanwhile. */
  public void start() {
    world.happens(
        () -> {
          up = true;
          startTicks = world.tick();
          host.domains.values().forEach(FakeDomain::goOnWithDaemon);
          host.domains.values().stream()
              .filter(domain -> domain.state == DomainState.ShutOff)
              .forEach(domain -> domain.reason = "unknown");
          tell(HypervisorListener::connected);
        });
  }

  /**
   * The one that was started anew ends what it cannot take up: a copy whose migration died with the
   * one before. It does so while it answers already, and sends no event of it.
   */
  public void endOrphans() {
    world.happens(
        () -> {
          if (up && !hung) {
            List.copyOf(host.domains.values()).stream()
                .filter(domain -> domain.orphanOfKilledDaemon)
                .forEach(FakeDomain::endsUnheard);
          }
        });
  }

  /** It answers nothing; calls fail at once in the way they else would after 5 s. */
  public void hang() {
    world.happens(() -> hung = true);
  }

  /** It goes on; what happened meanwhile is told now. */
  public void goOn() {
    world.happens(
        () -> {
          hung = false;
          heldEvents.forEach(world::later);
          heldEvents.clear();
        });
  }

  /** The connection that brings events is lost; the daemon lives. */
  public void loseConnection() {
    world.happens(() -> tell(HypervisorListener::disconnected));
  }

  /** The agent dies: nobody listens any more; migrations go on. */
  public void forgetListeners() {
    world.happens(listeners::clear);
  }

  // For the fakes; the world's lock is held.

  /** With its host, and the agent there too. */
  void losePower() {
    listeners.clear();
    dies();
  }

  private void dies() {
    up = false;
    hung = false;
    heldEvents.clear();
  }

  OptionalLong startTicks() {
    return up ? OptionalLong.of(startTicks) : OptionalLong.empty();
  }

  void addListener(HypervisorListener listener) {
    listeners.add(listener);
    if (up) {
      world.later(listener::connected);
    }
  }

  /** Lost while it is down. */
  void emit(FakeDomain domain, Kind kind, int detail) {
    if (up) {
      var event = new LifecycleEvent(domain.uuid, kind, detail);
      tell(listener -> listener.lifecycle(event));
    }
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

  // Calls to it; they take the world's lock.

  /** Its answer, if it gives one. */
  <T> T ask(Supplier<T> question) {
    return world.act(
        () -> {
          requireAnswer();
          return question.get();
        });
  }

  /** Has it do something, if it answers. */
  void order(Runnable change) {
    world.happens(
        () -> {
          requireAnswer();
          change.run();
        });
  }

  private void requireAnswer() {
    if (!up) {
      throw HypervisorException.noAnswer(
          "no connection to qemu:///system: Failed to connect socket to"
              + " '/var/run/libvirt/libvirt-sock': Connection refused");
    }
    if (hung) {
      throw HypervisorException.noAnswer("libvirt: no answer within 5.0 s");
    }
  }
}
