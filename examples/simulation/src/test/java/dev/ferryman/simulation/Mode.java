package dev.ferryman.simulation;

import dev.ferryman.crds.livemigration.Switchover;

/** How the guest is handed over, and on what disks. */
enum Mode {
  FastWithLocks(Switchover.Fast, true),
  FastWithoutLocks(Switchover.Fast, false),
  Strict(Switchover.Strict, false);

  final Switchover switchover;
  final boolean locks;

  Mode(Switchover switchover, boolean locks) {
    this.switchover = switchover;
    this.locks = locks;
  }

  /** Whether libvirt may let two copies run, which nobody can keep it from. */
  boolean isUnprotected() {
    return this == FastWithoutLocks;
  }
}
