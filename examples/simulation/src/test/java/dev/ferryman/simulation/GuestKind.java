package dev.ferryman.simulation;

/**
 * What the guest is before the move.
 *
 * @param local whether its disk is a file that its host alone has, and that is copied
 * @param busy whether it writes as fast as it is copied, so that it has to be paused
 */
record GuestKind(boolean persistent, boolean paused, boolean local, boolean busy) {
  GuestKind(boolean persistent, boolean paused) {
    this(persistent, paused, false, false);
  }

  static GuestKind withLocalDisk(boolean persistent) {
    return new GuestKind(persistent, false, true, false);
  }

  static GuestKind aBusyOne(boolean persistent) {
    return new GuestKind(persistent, false, false, true);
  }

  @Override
  public String toString() {
    return (persistent ? "persistent" : "transient")
        + (paused ? ", paused" : busy ? ", busy" : ", running")
        + (local ? ", with a local disk" : "");
  }
}
