package dev.ferryman.agent.runner;

import dev.ferryman.agent.journal.Journal;
import dev.ferryman.agent.kube.HostFigures;
import dev.ferryman.agent.kube.MigrationApi;
import dev.ferryman.agent.libvirt.Hypervisor;
import dev.ferryman.agent.storage.DiskMaker;
import dev.ferryman.agent.storage.DiskProbe;
import dev.ferryman.agent.storage.Markers;
import java.time.Clock;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;

/**
 * The host that an agent works for, and what it works with.
 *
 * @param name of the HostResource
 * @param bootID of the running kernel
 * @param figures what the host publishes of itself
 * @param installsFilters whether the network filters that a guest needs are installed here
 * @param timer for what shall happen later; its tasks only hand work on
 * @param nanoTime a clock that nobody sets (as {@link System#nanoTime})
 * @param workers who does the roles' work
 */
public record HostContext(
    String name,
    String bootID,
    Hypervisor hypervisor,
    MigrationApi api,
    HostFigures figures,
    Journal journal,
    Markers markers,
    DiskProbe disks,
    DiskMaker diskMaker,
    boolean installsFilters,
    Transport transport,
    MigrationListener listener,
    ScheduledExecutorService timer,
    Clock clock,
    LongSupplier nanoTime,
    Workers workers) {
  /** The same, with threads of this process. */
  public HostContext(
      String name,
      String bootID,
      Hypervisor hypervisor,
      MigrationApi api,
      HostFigures figures,
      Journal journal,
      Markers markers,
      DiskProbe disks,
      DiskMaker diskMaker,
      boolean installsFilters,
      Transport transport,
      MigrationListener listener,
      ScheduledExecutorService timer,
      Clock clock,
      LongSupplier nanoTime) {
    this(
        name,
        bootID,
        hypervisor,
        api,
        figures,
        journal,
        markers,
        disks,
        diskMaker,
        installsFilters,
        transport,
        listener,
        timer,
        clock,
        nanoTime,
        Workers.THREADS);
  }
}
