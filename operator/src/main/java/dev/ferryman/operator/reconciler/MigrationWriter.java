package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.operator.decide.Migration;

/** Writes LiveMigrations, each write bound to the version that it was decided on. */
public interface MigrationWriter {
  /** Finalizer and both hosts' labels, in one write; labels only where it is being deleted. */
  Migration hold(Migration migration, String sourceHost, String destinationHost)
      throws StaleException;

  /** The operator's whole part of the status: what is absent in it is removed. */
  Migration status(Migration migration, LiveMigrationStatus operatorsPart) throws StaleException;

  /** Takes labels and finalizer off. */
  void release(Migration migration) throws StaleException;

  /**
   * Deletes an object that has ended.
   *
   * @throws StaleException if it has changed since, or is gone
   */
  void delete(Migration migration) throws StaleException;

  /** The object is not what the decision was made on any more, or gone: look again. */
  final class StaleException extends Exception {
    private static final long serialVersionUID = 1L;

    public StaleException(Throwable cause) {
      super(cause);
    }
  }
}
