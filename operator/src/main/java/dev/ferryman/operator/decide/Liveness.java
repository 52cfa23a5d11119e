package dev.ferryman.operator.decide;

/** Whether a host's agent renews its Lease, as far as the operator has seen. */
public enum Liveness {
  Alive,
  /** No renewal was seen for too long by a watch that worked all the time. */
  Dead,
  /** The operator has not watched long enough to tell. */
  Unknown
}
