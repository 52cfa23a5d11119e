package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.ProcessIdentity;
import java.util.ArrayList;
import java.util.List;

/**
 * The QEMU processes of a fake host, and who is to hear of their ends: from the kernel, whatever
 * the daemon does. The world's lock is held.
 */
final class FakeProcesses {
  private final FakeHypervisor host;
  private final List<Watch> watches = new ArrayList<>();
  private long nextPid = 100;

  private record Watch(ProcessIdentity process, Runnable then) {}

  FakeProcesses(FakeHypervisor host) {
    this.host = host;
  }

  ProcessIdentity start() {
    return new ProcessIdentity(nextPid++, host.world.tick());
  }

  void ended(ProcessIdentity process) {
    for (var watch : List.copyOf(watches)) {
      if (watch.process.equals(process)) {
        watches.remove(watch);
        host.world.later(watch.then);
      }
    }
  }

  /** Told at once if it has ended already. */
  AutoCloseable whenEnded(ProcessIdentity process, Runnable then) {
    var watch = new Watch(process, then);
    watches.add(watch);
    if (host.domains.values().stream().noneMatch(domain -> process.equals(domain.process))) {
      ended(process);
    }
    return () -> host.world.happens(() -> watches.remove(watch));
  }

  void forgetWatches() {
    watches.clear();
  }
}
