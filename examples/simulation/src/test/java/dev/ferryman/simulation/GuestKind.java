package dev.ferryman.simulation;

import dev.ferryman.crds.livemigration.OnTimeout;

/**
 * What the guest is before the move.
 *
 * @param local whether its disk is a file that its host alone has, and that is copied
 * @param busy what is to be done because it writes as fast as it is copied; null: it does not
 */
record GuestKind(boolean persistent, boolean paused, boolean local, OnTimeout busy) {
  GuestKind(boolean persistent, boolean paused) {
    this(persistent, paused, false, null);
  }

  static GuestKind withLocalDisk(boolean persistent) {
    return new GuestKind(persistent, false, true, null);
  }

  /** One that has to be paused. */
  static GuestKind aBusyOne(boolean persistent) {
    return new GuestKind(persistent, false, false, OnTimeout.Pause);
  }

  /** One that has to go on at the destination before all of it is there. */
  static GuestKind oneForPostCopy(boolean persistent) {
    return new GuestKind(persistent, false, false, OnTimeout.PostCopy);
  }

  boolean isBusy() {
    return busy != null;
  }

  /** Whether it can be handed over in that way. */
  boolean suits(Mode mode) {
    return (!local || !mode.locks) && (busy != OnTimeout.PostCopy || mode != Mode.Strict);
  }

  @Override
  public String toString() {
    return (persistent ? "persistent" : "transient")
        + (paused ? ", paused" : isBusy() ? ", busy (" + busy + ")" : ", running")
        + (local ? ", with a local disk" : "");
  }
}
