package dev.ferryman.crds.livemigration;

/** How far the destination host's agent is with an attempt. */
public enum DestinationState {
  Checking,
  /** Every need is met. */
  Checked,
  /** Images for the disks that are to be copied are being made; which is on record before. */
  Preparing,
  /** They are there. */
  Prepared,
  /** A check failed, and nothing of the attempt is here. */
  Refused,
  /** Nothing of the attempt is left on the host but the instance, if it moved: the last word. */
  CleanedUp
}
