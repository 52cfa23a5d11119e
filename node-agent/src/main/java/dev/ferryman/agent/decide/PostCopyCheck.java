package dev.ferryman.agent.decide;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.Convergence;
import java.util.Optional;

/** Whether a guest can go over to post-copy where that is ordered. */
public final class PostCopyCheck {
  /**
   * QEMU 10.1 came with post-copy beside several connections. Before, libvirt accepts the call and
   * reports a success, and the destination's QEMU ends in an assertion once the guest has come:
   * there is no copy left (seen with QEMU 7.2).
   */
  private static final Version WITH_CONNECTIONS = new Version(10, 1);

  private PostCopyCheck() {}

  /**
   * Judges what is ordered; empty where post-copy is not.
   *
   * @param paused whether the guest stands still: libvirt does not migrate such a one in that way
   * @param qemu version of the source's QEMU, dotted; that of the destination is no older
   */
  public static Optional<Check> judge(
      Convergence ordered, String host, boolean paused, String qemu) {
    if (!ordered.mayPostCopy()) {
      return Optional.empty();
    }
    if (paused) {
      return Optional.of(
          fail(
              host,
              "spec.convergence.onTimeout: libvirt does not migrate a paused guest with PostCopy;"
                  + " resume the guest, or leave onTimeout out"));
    }
    if (ordered.connections() > 1 && !WITH_CONNECTIONS.isIn(qemu)) {
      return Optional.of(
          fail(
              host,
              "spec.convergence: onTimeout PostCopy with parallelConnections above 1 needs QEMU"
                  + " 10.1 or later, and "
                  + host
                  + " has "
                  + qemu
                  + ": the guest would be lost"));
    }
    return Optional.of(
        Check.pass(CheckName.PostCopy, host, "QEMU " + qemu + " can go over to post-copy"));
  }

  private static Check fail(String host, String message) {
    return Check.fail(CheckName.PostCopy, Reason.PostCopyUnsupported, host, message);
  }
}
