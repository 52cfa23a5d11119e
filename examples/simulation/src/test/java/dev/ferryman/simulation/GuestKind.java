package dev.ferryman.simulation;

/**
 * What the guest is before the move.
 *
 * @param local whether its disk is a file that its host alone has, and that is copied
 */
record GuestKind(boolean persistent, boolean paused, boolean local) {
  GuestKind(boolean persistent, boolean paused) {
    this(persistent, paused, false);
  }

  @Override
  public String toString() {
    return (persistent ? "persistent" : "transient")
        + (paused ? ", paused" : ", running")
        + (local ? ", with a local disk" : "");
  }
}
