package dev.ferryman.crds.livemigration;

/** How far the destination host's agent is with an attempt. */
public enum DestinationState {
  Checking,
  /** Every need is met. */
  Checked,
  /** Images of disks are being made, network filters installed; which is on record before. */
  Preparing,
  /** All that is there. */
  Prepared,
  /** A check failed, and nothing of the attempt is here. */
  Refused,
  /** Nothing of the attempt is left on the host but the instance, if it moved: the last word. */
  CleanedUp
}
