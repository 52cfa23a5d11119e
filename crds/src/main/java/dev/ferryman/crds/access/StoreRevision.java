package dev.ferryman.crds.access;

import org.jspecify.annotations.Nullable;

/**
 * Notices that the API server's store was put back to an earlier state. Revisions only grow while
 * that does not happen (etcd); a watch from a revision that the store has not reached again is
 * silent without any error, so who watches has to begin anew.
 */
public final class StoreRevision {
  private long highest;

  /**
   * Takes note of a resourceVersion that the server has just given.
   *
   * @return whether the server gave a higher one before; said once
   */
  public synchronized boolean isTurnedBack(@Nullable String resourceVersion) {
    long revision = number(resourceVersion);
    if (revision == 0) {
      return false;
    }
    boolean back = revision < highest;
    highest = revision;
    return back;
  }

  private static long number(@Nullable String resourceVersion) {
    try {
      return resourceVersion == null ? 0 : Long.parseLong(resourceVersion);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
