package dev.ferryman.crds.livemigration;

/** What the source's agent has to do with its copy; it verifies its own state again before. */
public enum SourceOrder {
  None,
  /** Remove a leftover definition; the guest runs at the destination. */
  Undefine,
  /** End the copy that must not run beside the destination's. */
  Destroy,
  /** Let the guest go on here. */
  Resume
}
