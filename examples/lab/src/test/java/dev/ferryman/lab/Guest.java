package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static dev.ferryman.lab.Lab.on;
import static dev.ferryman.lab.Lab.tryOn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A running guest of the lab, seen from outside of Ferryman. */
record Guest(String name) implements AutoCloseable {
  static final List<String> COMPUTE_HOSTS = List.of("host-b", "host-c");

  /** Of a libvirt, where one of its domain's states is expected. */
  private static final String NO_ANSWER = "libvirt does not answer";

  /** Makes and boots a guest, and waits until it and the API know of it. */
  static Guest create(String name, String host, String... options) {
    var arguments = new ArrayList<String>(List.of("guest", "create", name, "--host", host));
    arguments.addAll(List.of(options));
    lab(arguments.toArray(String[]::new));
    var guest = new Guest(name);
    await("Instance " + name)
        .atMost(Duration.ofMinutes(2))
        .until(() -> Api.hostOf(name).equals(host));
    return guest;
  }

  /**
   * The same with a disk that no image lock protects; skips the test where the machine has no loop
   * devices to make it of.
   */
  static Guest createOnBlockDevice(String name, String host, String... options) {
    try {
      var all = new ArrayList<String>(List.of("--disk", "block"));
      all.addAll(List.of(options));
      return create(name, host, all.toArray(String[]::new));
    } catch (AssertionError e) {
      assumeFalse(String.valueOf(e.getMessage()).contains("no loop device"), e.getMessage());
      throw e;
    }
  }

  String ip() {
    return lab("guest", "ip", name).strip();
  }

  /** Number of heartbeats so far. */
  long beats() {
    return lab("guest", "ticks", name).lines().count();
  }

  /** Waits for heartbeats that come from now on. */
  Guest awaitBeating() {
    var before = beats();
    await("heartbeats of " + name).atMost(Duration.ofSeconds(60)).until(() -> beats() > before);
    return this;
  }

  /** Longest gap between two of its heartbeats; one that is not over yet is waited for. */
  long downtimeMilliseconds() {
    awaitBeating();
    return Long.parseLong(lab("guest", "downtime", name).strip());
  }

  static String otherThan(String host) {
    return COMPUTE_HOSTS.get(1 - COMPUTE_HOSTS.indexOf(host));
  }

  /** The host where libvirt has it, running or not. */
  String host() {
    return COMPUTE_HOSTS.stream()
        .filter(host -> !Set.of("", NO_ANSWER).contains(stateOn(host)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is on no host"));
  }

  /** What libvirt on a host has noted of it and of its jobs; empty if it is not active there. */
  String libvirtRecordOn(String host) {
    return tryOn(host, "cat", "/run/libvirt/qemu/" + name + ".xml").output();
  }

  /** Number of its QEMU processes on a host, whether libvirt there knows of them or not. */
  int processesOn(String host) {
    return Integer.parseInt(
        tryOn(host, "pgrep", "-c", "-f", "guest=" + name + ",").output().strip());
  }

  /** State of its domain on a host in libvirt's words; empty if libvirt says that there is none. */
  String stateOn(String host) {
    var result = tryOn(host, "virsh", "-q", "domstate", name);
    return result.exitCode() == 0
        ? result.output().strip()
        : result.errors().contains("failed to get domain") ? "" : NO_ANSWER;
  }

  /** The same with libvirt's reason for it. */
  String stateAndReasonOn(String host) {
    return on(host, "virsh", "-q", "domstate", "--reason", name).strip();
  }

  void assertRunsOnlyOn(String host) {
    for (var each : COMPUTE_HOSTS) {
      assertThat(stateOn(each))
          .as("state of %s on %s", name, each)
          .isEqualTo(each.equals(host) ? "running" : "");
    }
  }

  /** What its QEMU on a host answers to a command; virsh takes a refusal for an answer, too. */
  String askQemu(String host, String command) {
    return on(host, "virsh", "qemu-monitor-command", name, "{\"execute\":\"" + command + "\"}");
  }

  /** Has libvirt move it as an agent would, whatever comes of it. */
  Lab.Result moveByHand(String source, String destination) {
    return tryOn(
        source,
        "virsh",
        "migrate",
        "--live",
        "--p2p",
        "--tls",
        "--persistent",
        "--undefinesource",
        name,
        "qemu+tls://" + destination + "/system");
  }

  /** No write was lost, and the writer goes on. */
  void assertDiskComplete() {
    lab("guest", "check-disk", name);
  }

  void assertNoHeartbeatLost() {
    lab("guest", "gapless", name);
  }

  String bootId() {
    return on("host-a", "curl", "-s", "--max-time", "30", "http://" + ip() + "/boot_id").strip();
  }

  @Override
  public void close() {
    lab("guest", "delete", name);
  }
}
