package dev.ferryman.crds.livemigration;

/** How far the destination host's agent is with an attempt. */
public enum DestinationState {
  Checking,
  /** Every need is met. */
  Checked,
  /** A check failed. */
  Refused,
  /** Nothing of the attempt is left on the host but the instance, if it moved: the last word. */
  CleanedUp
}
