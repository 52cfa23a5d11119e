package dev.ferryman.crds.livemigration;

/** State of a libvirt domain (libvirt: virDomainState), and its absence. */
public enum DomainState {
  Absent,
  NoState,
  Running,
  Blocked,
  Paused,
  ShuttingDown,
  ShutOff,
  Crashed,
  PMSuspended;

  /** Whether the guest's CPUs may execute. */
  public boolean runs() {
    return this == Running || this == Blocked || this == ShuttingDown;
  }

  /** Whether a QEMU process stands behind it. */
  public boolean isActive() {
    return this != Absent && this != ShutOff && this != Crashed;
  }
}
