package dev.ferryman.crds.livemigration;

/** Whether the source's copy can have handed over to the destination. */
public enum Switched {
  /** State, reason and QEMU process are those of before the call, nothing stopped it meanwhile. */
  NeverStopped,
  /** Cannot be excluded from here. */
  MayHaveSwitched,
  /** The copy cannot run again by itself: inactive, undefined, or its QEMU process is gone. */
  Gone
}
