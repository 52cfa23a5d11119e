package dev.ferryman.agent.libvirt;

/**
 * How libvirt's migrate call ended. Neither a success nor an error proves where the guest runs.
 *
 * @param code 0, or virErrorNumber
 * @param domain virErrorDomain
 */
public record CallOutcome(int code, int domain, String message) {
  public static final CallOutcome SUCCESS = new CallOutcome(0, 0, "");

  public boolean succeeded() {
    return code == 0;
  }
}
