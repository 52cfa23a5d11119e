package dev.ferryman.crds.livemigration;

/** Whether the destination's copy has ever executed. */
public enum Started {
  NeverStarted,
  Started,
  /** Cannot be told from what this host knows. */
  Unknown
}
