package dev.ferryman.agent.libvirt;

import org.jspecify.annotations.Nullable;

/** A connection that is opened when it is needed, and again when it has been lost. */
final class LazyConnection implements AutoCloseable {
  private final String uri;
  private @Nullable Connection current;

  LazyConnection(String uri) {
    this.uri = uri;
  }

  /** May wait for the daemon. */
  synchronized Connection get() {
    var known = current;
    if (known != null && known.isAlive()) {
      return known;
    }
    close();
    var opened = Connection.open(uri);
    try {
      opened.keepAlive();
    } catch (HypervisorException e) {
      opened.close();
      throw e;
    }
    current = opened;
    return opened;
  }

  @Override
  public synchronized void close() {
    if (current != null) {
      current.close();
      current = null;
    }
  }
}
