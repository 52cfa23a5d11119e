package dev.ferryman.operator.reconciler;

import io.fabric8.kubernetes.api.model.Condition;

/** Writes the operator's part of a HostResource's status. */
public interface HostWriter {
  /** The condition Alive, and whether instances may come here. */
  void status(String host, Condition alive, boolean schedulable);
}
