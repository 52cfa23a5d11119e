package dev.ferryman.crds.livemigration;

/** How far the source host's agent is with an attempt. */
public enum SourceState {
  /** Publishes what the instance needs; its own checks are under way. */
  Checking,
  /** Ready to start when the operator says so. */
  Checked,
  /** The point of no return: journaled, libvirt's migrate call comes next. */
  Starting,
  /** libvirt's migrate call has been made. */
  Running,
  /**
   * The call has ended; the evidence is in this report, something of the attempt is still left on
   * the host.
   */
  Ended,
  /** A check failed, or the attempt was cancelled before libvirt was called. */
  Refused,
  /** Nothing of the attempt is left on the host: the last word. */
  CleanedUp
}
