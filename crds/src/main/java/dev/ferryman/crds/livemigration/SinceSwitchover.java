package dev.ferryman.crds.livemigration;

/**
 * What the source's copy has done since it was stopped for the switch-over. Only where it has stood
 * still is the destination's copy the guest's latest.
 */
public enum SinceSwitchover {
  /** It has not run since. */
  StoodStill,
  /** It went on at the source: libvirt, or somebody, let it. */
  WentOn,
  /** Nobody has watched it all the time. */
  Unknown
}
