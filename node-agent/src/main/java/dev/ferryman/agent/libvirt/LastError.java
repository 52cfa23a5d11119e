package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.LibvirtX.LIBVIRT;

import org.jspecify.annotations.Nullable;
import org.libvirt.jna.Libvirt;

/** libvirt's error of the calling thread: to be read right after the call that failed. */
final class LastError {
  /** VIR_ERR_INTERNAL_ERROR: for a call that failed without leaving an error. */
  private static final int INTERNAL_ERROR = 1;

  /** JNA holds callbacks weakly, libvirt forever. */
  private static final Libvirt.VirErrorCallback SILENT = (opaque, error) -> {};

  private LastError() {}

  /** Keeps libvirt from printing every error to stderr. */
  static void silenceStderr() {
    LIBVIRT.virSetErrorFunc(null, SILENT);
  }

  static HypervisorException read(String call) {
    var code = LIBVIRT.virGetLastErrorCode();
    var message = LIBVIRT.virGetLastErrorMessage();
    return code == 0
        ? new HypervisorException(INTERNAL_ERROR, 0, call + " failed without an error of libvirt")
        : new HypervisorException(
            code, LIBVIRT.virGetLastErrorDomain(), message == null ? call + " failed" : message);
  }

  /** The result of a call that returns -1 on failure. */
  static int check(int result, String call) {
    if (result < 0) {
      throw read(call);
    }
    return result;
  }

  /** The result of a call that returns a null pointer on failure. */
  static <T> T check(@Nullable T result, String call) {
    if (result == null) {
      throw read(call);
    }
    return result;
  }
}
