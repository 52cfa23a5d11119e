package dev.ferryman.agent.libvirt;

/** How libvirt 9.0 was seen to answer calls that migrate. */
public final class FakeOutcomes {
  /** Sent by the source when libvirt gives up on the other side. */
  public static final CallOutcome SOCKET_CLOSED =
      new CallOutcome(1, 7, "internal error: client socket is closed");

  public static final CallOutcome ABORTED =
      new CallOutcome(78, 10, "operation aborted: migration out: canceled by client");

  public static final CallOutcome DAEMON_DIED =
      new CallOutcome(38, 7, "End of file while reading data: Input/output error");

  /** Measured with libvirt 9.0 (NON_SHARED_INC). */
  public static final CallOutcome NO_IMAGE =
      new CallOutcome(
          84,
          10,
          "Operation not supported: pre-creation of storage targets for incremental storage"
              + " migration is not supported");

  /** libvirt's virErrorNumber NO_NWFILTER. */
  public static final CallOutcome NO_FILTER =
      new CallOutcome(62, 10, "Network filter not found: Could not find filter");

  public static final CallOutcome DESTINATION_QEMU_DIED =
      new CallOutcome(
          9, 10, "operation failed: job 'migration out' failed: Unable to write to socket");

  /** The destination's QEMU has died when it was to take over. */
  public static final CallOutcome MONITOR_CLOSED =
      new CallOutcome(1, 10, "internal error: qemu unexpectedly closed the monitor");

  public static final CallOutcome NOT_RUNNING =
      new CallOutcome(9, 10, "operation failed: domain is not running");

  public static final CallOutcome POST_COPY_FAILED =
      new CallOutcome(9, 10, "operation failed: job 'migration in' failed in post-copy phase");

  private FakeOutcomes() {}
}
