package dev.ferryman.lab.chaos;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.libvirt.jna.Libvirt;

/** Looks at all hosts' libvirt without pause, as far as they answer. */
final class LibvirtWatch {
  private static final long PAUSE_NANOS = 200_000_000;

  /** libvirt would print each refused connection. */
  private static final Libvirt.VirErrorCallback SILENT = (opaque, error) -> {};

  private final Timeline timeline;
  private final DoubleRuns doubleRuns = new DoubleRuns();
  private final Set<String> told = new HashSet<>();
  private final Map<String, HostView> latest = new ConcurrentHashMap<>();

  LibvirtWatch(List<Settings.Host> hosts, Timeline timeline) {
    this.timeline = timeline;
    Libvirt.INSTANCE.virSetErrorFunc(null, SILENT);
    for (var host : hosts) {
      var thread = new Thread(() -> watch(host), "libvirt-of-" + host);
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** One that has been killed breaks the connection; one that hangs answers when it goes on. */
  private void watch(Settings.Host host) {
    while (true) {
      try {
        var connection = new Connect("qemu+unix:///system?socket=" + host.socket(), true);
        try {
          while (true) {
            accept(HostView.look(host.name(), connection));
            LockSupport.parkNanos(PAUSE_NANOS);
          }
        } finally {
          connection.close();
        }
      } catch (LibvirtException e) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void accept(HostView view) {
    latest.put(view.host(), view);
    synchronized (this) {
      for (var guest : doubleRuns.accept(view)) {
        if (told.add(guest)) {
          timeline.violation(guest + " is running on both hosts, as both libvirts say");
        }
      }
    }
  }

  /**
   * What every host has answered since a moment (System.nanoTime); empty as long as one has not.
   */
  List<HostView> since(long moment, int hosts) {
    var views = latest.values().stream().filter(view -> view.begin() > moment).toList();
    return views.size() == hosts ? views : List.of();
  }
}
