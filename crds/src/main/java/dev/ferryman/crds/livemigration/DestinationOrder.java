package dev.ferryman.crds.livemigration;

/** What the destination's agent has to do with its copy; it verifies its own state again before. */
public enum DestinationOrder {
  None,
  /** Let the guest go on here: the source's copy is proved gone. */
  Resume,
  /** End and remove the copy; the guest goes on at the source. */
  Destroy,
  /** Remove a definition that the attempt made. */
  Undefine
}
