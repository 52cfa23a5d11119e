package dev.ferryman.crds.livemigration;

/** What the source's agent has to do with its copy; it verifies its own state again before. */
public enum SourceOrder {
  None,
  /** Remove a leftover definition; the guest runs at the destination. */
  Undefine,
  /** End the copy that must not run beside the destination's. */
  Destroy,
  /** Let the guest go on here. */
  Resume,
  /**
   * Have libvirt go on with a post-copy whose stream has broken, as often as it takes (libvirt:
   * VIR_MIGRATE_POSTCOPY_RESUME). Neither copy is a whole guest before that has ended.
   */
  ResumePostCopy,
  /**
   * End what is here of a guest whose other part was lost in post-copy: it can never run. Its
   * definition stays.
   */
  DestroyRemains
}
