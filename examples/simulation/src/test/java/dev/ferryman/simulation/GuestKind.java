package dev.ferryman.simulation;

import dev.ferryman.crds.livemigration.OnTimeout;

/**
 * What the guest is before the move.
 *
 * @param local whether its disk is a file that its host alone has, and that is copied
 * @param busy what is to be done because it writes as fast as it is copied; null: it does not
 * @param filtered whether its interface has network filters
 */
record GuestKind(
    boolean persistent, boolean paused, boolean local, OnTimeout busy, boolean filtered) {
  GuestKind(boolean persistent, boolean paused) {
    this(persistent, paused, false, null, false);
  }

  static GuestKind withLocalDisk(boolean persistent) {
    return new GuestKind(persistent, false, true, null, false);
  }

  /** One that has to be paused. */
  static GuestKind aBusyOne(boolean persistent) {
    return new GuestKind(persistent, false, false, OnTimeout.Pause, false);
  }

  /** One that has to go on at the destination before all of it is there. */
  static GuestKind oneForPostCopy(boolean persistent) {
    return new GuestKind(persistent, false, false, OnTimeout.PostCopy, false);
  }

  static GuestKind withFilters(boolean persistent) {
    return new GuestKind(persistent, false, false, null, true);
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
        + (local ? ", with a local disk" : "")
        + (filtered ? ", with filters" : "");
  }
}
