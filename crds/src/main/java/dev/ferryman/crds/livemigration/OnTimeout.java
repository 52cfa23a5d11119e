package dev.ferryman.crds.livemigration;

/** What is done with a migration that makes no headway, or takes too long. */
public enum OnTimeout {
  /** It is ended; the guest goes on at the source. */
  Abort,
  /** The guest is paused at the source, so that what is left of it can be copied. */
  Pause,
  /**
   * The guest goes on at the destination at once, and what is left of it is copied afterwards.
   * Until then it needs both hosts: it is lost with either of them.
   */
  PostCopy
}
