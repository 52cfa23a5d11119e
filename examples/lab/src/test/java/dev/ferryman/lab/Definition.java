package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.on;
import static org.awaitility.Awaitility.await;

import java.time.Duration;

/** A domain that is defined on a host and does not run. */
record Definition(String host, String name) implements AutoCloseable {

  static Definition make(String host, String name) {
    return make(host, name, "");
  }

  static Definition ofUuid(String host, String name, String uuid) {
    return make(host, name, "<uuid>" + uuid + "</uuid>");
  }

  private static Definition make(String host, String name, String uuid) {
    on(
        host,
        "bash",
        "-c",
        "virsh -q define <(echo \"$1\")",
        "bash",
        ("<domain type='qemu'><name>" + name + "</name>" + uuid)
            + "<memory unit='MiB'>64</memory><os><type arch='x86_64'>hvm</type></os></domain>");
    return new Definition(host, name);
  }

  /** Waits until the API knows that its host has it. */
  Definition awaitListed() {
    await(name + " in the list of " + host)
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                Api.host(host).getStatus().instances().stream()
                    .anyMatch(instance -> instance.name().equals(name)));
    return this;
  }

  @Override
  public void close() {
    on(host, "virsh", "-q", "undefine", name);
  }
}
