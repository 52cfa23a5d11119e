package dev.ferryman.agent.libvirt;

/**
 * A lifecycle event of a domain (libvirt: virConnectDomainEventLifecycleCallback).
 *
 * @param detail libvirt's number of the cause, whose meaning depends on {@code kind}
 */
public record LifecycleEvent(String uuid, Kind kind, int detail) {
  /** Detail "migrated" of Started, Suspended and Resumed. */
  private static final int MIGRATED = 1;

  /** Details "post-copy" and "post-copy failed" of Suspended. */
  private static final int SUSPENDED_POST_COPY = 7;

  private static final int SUSPENDED_POST_COPY_FAILED = 8;

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

  /** Whether it tells a migration's source that the guest has gone on, or may have, elsewhere. */
  public boolean isOfPostCopySource() {
    return kind == Kind.Suspended
        && (detail == SUSPENDED_POST_COPY || detail == SUSPENDED_POST_COPY_FAILED);
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
