package dev.ferryman.agent.libvirt;

/**
 * A lifecycle event of a domain (libvirt: virConnectDomainEventLifecycleCallback).
 *
 * @param detail libvirt's number of the cause, whose meaning depends on {@code kind}
 */
public record LifecycleEvent(String uuid, Kind kind, int detail) {
  /** Detail "migrated" of Started, Suspended and Resumed. */
  private static final int MIGRATED = 1;

  /** Detail "migrated" of Stopped. */
  private static final int STOPPED_MIGRATED = 3;

  /** Whether a migration, in or out, is the cause. */
  public boolean isOfMigration() {
    return switch (kind) {
      case Started, Suspended, Resumed -> detail == MIGRATED;
      case Stopped -> detail == STOPPED_MIGRATED;
      case Defined, Undefined, Shutdown, PMSuspended, Crashed -> false;
    };
  }

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
