package dev.ferryman.operator.reconciler;

import dev.ferryman.operator.decide.inventory.KnownInstance;

/** Writes Instance objects. */
public interface InstanceWriter {
  /** Makes the object if it is missing, and writes its whole status. */
  void write(KnownInstance instance);

  void delete(String name);
}
