package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.MigrationStatistics;

/** Told of what happens in libvirt; events are lost while the connection is. */
public interface HypervisorListener {
  /** A domain has been defined, started, stopped, suspended, resumed, ... */
  default void lifecycle(LifecycleEvent event) {}

  /** A migration job of a domain of this host has completed (libvirt sends nothing on failure). */
  default void jobCompleted(String uuid, MigrationStatistics statistics) {}

  /** Events flow from here on; what happened before must be read. */
  default void connected() {}

  default void disconnected() {}
}
