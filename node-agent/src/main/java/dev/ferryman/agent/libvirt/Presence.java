package dev.ferryman.agent.libvirt;

/** Whether a host has something that a guest needs. */
public enum Presence {
  Active,
  /** Defined, but not started. */
  Inactive,
  Missing
}
