package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.tryOn;
import static java.util.stream.Collectors.toMap;

import java.util.Map;

/** What libvirt notes of a guest's QEMU beside the words of that. */
public final class QemuLog {
  private static final String STARTED = "starting up libvirt version";
  private static final String ENDED_BY_LIBVIRT = "shutting down, reason=daemon";

  private QemuLog() {}

  /**
   * Whether libvirt itself has ended the last QEMU of a guest on a host. libvirt 9.0 does so where
   * its daemon was killed while it waited for a word of QEMU's, which it takes, when it is back,
   * for an answer to what it asks then.
   */
  static boolean saysEndedByLibvirt(String host, String guest) {
    var log = read(host, guest);
    return log.substring(Math.max(0, log.lastIndexOf(STARTED))).contains(ENDED_BY_LIBVIRT);
  }

  /** The same, on any host. */
  public static boolean saysEndedByLibvirt(String guest) {
    return Guest.COMPUTE_HOSTS.stream().anyMatch(host -> saysEndedByLibvirt(host, guest));
  }

  /** How much there is of it on each host. */
  static Map<String, Integer> lengths(String guest) {
    return Guest.COMPUTE_HOSTS.stream()
        .collect(toMap(host -> host, host -> read(host, guest).length()));
  }

  /** Whether libvirt itself has ended a QEMU of the guest's on any host since those lengths. */
  static boolean saysEndedByLibvirtSince(Map<String, Integer> lengths, String guest) {
    return lengths.entrySet().stream()
        .anyMatch(
            before ->
                read(before.getKey(), guest)
                    .substring(before.getValue())
                    .contains(ENDED_BY_LIBVIRT));
  }

  private static String read(String host, String guest) {
    return tryOn(host, "cat", "/var/log/libvirt/qemu/" + guest + ".log").output();
  }
}
