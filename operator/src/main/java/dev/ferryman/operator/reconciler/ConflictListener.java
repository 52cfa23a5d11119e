package dev.ferryman.operator.reconciler;

/** Is told of instances that two hosts run. */
@FunctionalInterface
public interface ConflictListener {
  void conflict(String instance, String message);
}
