package dev.ferryman.agent.inventory;

import dev.ferryman.agent.libvirt.Hypervisor;
import java.time.Clock;

/** Reads what the inventory is made of. For one thread. */
public final class InventoryReader {
  private final Hypervisor hypervisor;
  private final ProcFiles proc;
  private final PoolReader pools;
  private final StorageReader storage;
  private final DiskSizes diskSizes;
  private final Clock clock;

  public InventoryReader(
      Hypervisor hypervisor, ProcFiles proc, PoolReader pools, StorageReader storage, Clock clock) {
    this.hypervisor = hypervisor;
    this.proc = proc;
    this.pools = pools;
    this.storage = storage;
    this.diskSizes = new DiskSizes(hypervisor, clock);
    this.clock = clock;
  }

  /**
   * @throws dev.ferryman.agent.libvirt.HypervisorException if libvirt does not answer
   */
  public HostReadings read() {
    var time = clock.instant();
    // Before the domains: with a daemon that restarts in between they are not taken for newer.
    var daemonStart = hypervisor.daemonStartTicks();
    var domains = hypervisor.domains();
    return new HostReadings(
        hypervisor.host(),
        domains,
        diskSizes.read(domains),
        proc.memory(),
        pools.read(),
        Received.of(domains, proc),
        storage.read().orElse(null),
        proc.bootID(),
        daemonStart,
        time);
  }

  /** Of this boot of the host; answers also while libvirt does not. */
  public String bootID() {
    return proc.bootID();
  }
}
