package dev.ferryman.agent.libvirt;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hosts with a fake libvirt each, that reach each other by name unless they are cut off.
 *
 * <p>Everything happens in the thread that causes it, and events are told before it returns: what a
 * test reads next is what came of what it did. Listeners may call back.
 *
 * <pre>{@code
 * var world = new FakeWorld();
 * var b = world.host("host-b");
 * var c = world.host("host-c");
 * var guest = b.define("g1").start();
 * ... // the code under test calls b.migrate(...) in a thread of its own
 * b.migrations.await(guest.uuid()).succeed();
 * }</pre>
 */
public final class FakeWorld {
  private final Map<String, FakeHypervisor> hosts = new LinkedHashMap<>();
  private final Set<Set<String>> cuts = new HashSet<>();
  private final Map<String, String> unknown = new HashMap<>();
  private final Map<String, Long> disks = new HashMap<>();
  private final List<String> staleWrites = new ArrayList<>();
  private boolean imageLocks;
  private final Deque<Runnable> untold = new ArrayDeque<>();
  private long ticks = 1000;
  private boolean telling;

  /** The host of that name; made with its first mention. */
  public synchronized FakeHypervisor host(String name) {
    return hosts.computeIfAbsent(name, host -> new FakeHypervisor(this, host));
  }

  /** One host reaches the other by its name no more, but the other way. */
  public synchronized void forgetName(String host, String other) {
    unknown.put(host, other);
  }

  /** Neither host reaches the other from now on; what runs between them notices nothing yet. */
  public synchronized void cut(String host, String other) {
    cuts.add(Set.of(host, other));
  }

  public synchronized void mend(String host, String other) {
    cuts.remove(Set.of(host, other));
  }

  /** How many copies of the domain run right now: more than one is what must never be. */
  public synchronized long runningCopies(String uuid) {
    return hosts.values().stream()
        .filter(
            host -> {
              var domain = host.domains.get(uuid);
              return domain != null && domain.state.runs();
            })
        .count();
  }

  /** From now on QEMU's image locks keep a guest from going on beside a copy that runs. */
  public synchronized void withImageLocks() {
    imageLocks = true;
  }

  synchronized boolean imageLocks() {
    return imageLocks;
  }

  /** What the domain's disks hold, as a count of writes. */
  synchronized long written(String uuid) {
    return disks.getOrDefault(uuid, 0L);
  }

  /**
   * Each guest that runs writes to its disks, and remembers that it did. One that does not know of
   * what was written before, because another copy has written it, is noted.
   */
  public synchronized void guestsWrite() {
    for (var host : hosts.values()) {
      for (var domain : host.domains.values()) {
        if (domain.state.runs()) {
          if (domain.wrote < written(domain.uuid)) {
            staleWrites.add(domain.name + " on " + host + " writes over what a later copy wrote");
          }
          domain.wrote = Math.max(domain.wrote, written(domain.uuid)) + 1;
          disks.put(domain.uuid, domain.wrote);
        }
      }
    }
  }

  /** What was written by copies that were older than the disks. */
  public synchronized List<String> staleWrites() {
    return List.copyOf(staleWrites);
  }

  /** Every migration that was ever begun, in order. */
  public synchronized List<FakeMigration> migrations() {
    return allMigrations();
  }

  synchronized List<FakeMigration> allMigrations() {
    return hosts.values().stream().flatMap(host -> host.migrations.begun().stream()).toList();
  }

  synchronized long tick() {
    return ++ticks;
  }

  private boolean reaches(String host, String other) {
    return hosts.containsKey(other)
        && !other.equals(unknown.get(host))
        && !cuts.contains(Set.of(host, other));
  }

  /** The libvirt that a host's reaches by that address, or libvirt's error. */
  synchronized FakeHypervisor connect(FakeHypervisor from, String uri) {
    var other = URI.create(uri).getHost();
    if (other == null || !reaches(from.toString(), other)) {
      throw new HypervisorException(
          38, 7, "unable to connect to server at '" + other + ":16514': No route to host");
    }
    var host = host(other);
    if (host == from) {
      throw new HypervisorException(
          1, 10, "internal error: Attempt to migrate guest to the same host " + other);
    }
    if (!host.daemon.isUp()) {
      throw new HypervisorException(
          38, 7, "unable to connect to server at '" + other + ":16514': Connection refused");
    }
    return host;
  }

  synchronized void later(Runnable event) {
    untold.add(event);
  }

  /** Does something at one moment, then tells what came of it. */
  <T> T act(Supplier<T> action) {
    T result;
    synchronized (this) {
      result = action.get();
      notifyAll();
    }
    if (!Thread.holdsLock(this)) {
      tell();
    }
    return result;
  }

  /** The same, where nothing is to be answered. */
  void happens(Runnable change) {
    act(
        () -> {
          change.run();
          return this;
        });
  }

  /** In order; what happens while one thread tells is told by that thread. */
  private void tell() {
    for (var event = next(); event != null; event = next()) {
      try {
        event.run();
      } finally {
        synchronized (this) {
          telling = false;
        }
      }
    }
  }

  private synchronized @Nullable Runnable next() {
    if (telling || untold.isEmpty()) {
      return null;
    }
    telling = true;
    return untold.remove();
  }
}
