package dev.ferryman.agent.journal;

/** The part of a host in an attempt. */
public enum Part {
  Source,
  Destination
}
