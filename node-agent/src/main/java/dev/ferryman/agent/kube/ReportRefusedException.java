package dev.ferryman.agent.kube;

/** The API server refused a report: by a rule of the kind, by the policy, or the object is gone. */
public final class ReportRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ReportRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
