package dev.ferryman.agent.libvirt;

/**
 * A lifecycle event of a domain (libvirt: virConnectDomainEventLifecycleCallback).
 *
 * @param detail libvirt's number of the cause, whose meaning depends on {@code kind}
 */
public record LifecycleEvent(String uuid, Kind kind, int detail) {
  /** In libvirt's order (virDomainEventType). */
  public enum Kind {
    Defined,
    Undefined,
    Started,
    Suspended,
    Resumed,
    Stopped,
    Shutdown,
    PMSuspended,
    Crashed
  }
}
