package dev.ferryman.lab.figures;

/**
 * A move that did not come to its end, or a measurement that saw none: there are no figures then.
 */
final class MoveFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  MoveFailedException(String message) {
    super(message);
  }

  MoveFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
