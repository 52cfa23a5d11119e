package dev.ferryman.agent.journal;

/** How far a host has come with its part in an attempt. */
public enum Stage {
  /** Nothing is asked of libvirt but to look. */
  Checking,
  /** Source only, written before the API is asked: libvirt may have been called from here on. */
  Starting,
  /** libvirt's call has ended. */
  Ended,
  /** Nothing of the attempt is left on this host. */
  Closed;

  /** Whether the host still owes something for the attempt. */
  public boolean isOpen() {
    return this != Closed;
  }
}
