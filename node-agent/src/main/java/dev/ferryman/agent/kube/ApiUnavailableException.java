package dev.ferryman.agent.kube;

/** The API server did not answer, or not now: whether a write was accepted is not known. */
public final class ApiUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ApiUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
