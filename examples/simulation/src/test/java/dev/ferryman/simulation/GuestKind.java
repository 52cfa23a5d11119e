package dev.ferryman.simulation;

/** What the guest is before the move. */
record GuestKind(boolean persistent, boolean paused) {
  @Override
  public String toString() {
    return (persistent ? "persistent" : "transient") + (paused ? ", paused" : ", running");
  }
}
