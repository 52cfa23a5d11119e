package dev.ferryman.simulation;

/**
 * What the guest is before the move.
 *
 * @param busy whether it writes as fast as it is copied, so that it has to be paused
 */
record GuestKind(boolean persistent, boolean paused, boolean busy) {
  GuestKind(boolean persistent, boolean paused) {
    this(persistent, paused, false);
  }

  @Override
  public String toString() {
    return (persistent ? "persistent" : "transient")
        + (paused ? ", paused" : busy ? ", busy" : ", running");
  }
}
