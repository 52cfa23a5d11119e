package dev.ferryman.agent.libvirt;

/** libvirt refused a call or did not answer; the message has libvirt's own words. */
public final class HypervisorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** For errors that are not libvirt's: no answer in time, no connection. */
  public static final int NO_ANSWER = -1;

  private final int code;
  private final int domain;

  /**
   * @param code virErrorNumber, or {@link #NO_ANSWER}
   * @param domain virErrorDomain, 0 for {@link #NO_ANSWER}
   */
  public HypervisorException(int code, int domain, String message) {
    super(message);
    this.code = code;
    this.domain = domain;
  }

  /** An error that is not libvirt's. */
  public static HypervisorException noAnswer(String message) {
    return new HypervisorException(NO_ANSWER, 0, message);
  }

  public int code() {
    return code;
  }

  public int domain() {
    return domain;
  }
}
