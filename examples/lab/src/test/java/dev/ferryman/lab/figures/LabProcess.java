package dev.ferryman.lab.figures;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A running service of the lab, by the record that the lab keeps of it.
 *
 * @param pid of what the lab started, which waits for the service itself
 * @param started the moment (System.nanoTime) of its start, to a hundredth of a second
 */
record LabProcess(long pid, long started) {
  /** The kernel counts a process's start, and its own uptime, in hundredths of a second. */
  private static final long NANOS_PER_TICK = 10_000_000;

  private static final double NANOS_PER_SECOND = 1e9;

  /** The service as it runs now, on a host. */
  static LabProcess of(Path state, String host, String service) {
    try {
      var record = Files.readString(state.resolve("run").resolve(host + "-" + service + ".pid"));
      return parse(record, Files.readString(Path.of("/proc/uptime")), System.nanoTime());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * From what the lab has recorded and what the kernel says.
   *
   * @param record process and start in hundredths of a second since the boot
   * @param uptime seconds since the boot, and then something else
   * @param now the moment at which the uptime was so
   */
  static LabProcess parse(String record, String uptime, long now) {
    var words = List.of(record.strip().split(" "));
    var up = Math.round(Double.parseDouble(uptime.split(" ", 2)[0]) * NANOS_PER_SECOND);
    var age = up - Long.parseLong(words.get(1)) * NANOS_PER_TICK;
    return new LabProcess(Long.parseLong(words.get(0)), now - age);
  }

  /** Asks it to end, as a rollout does (SIGTERM). */
  void terminate() {
    var service =
        ProcessHandle.of(pid)
            .flatMap(process -> process.descendants().findFirst())
            .orElseThrow(() -> new MoveFailedException("process " + pid + " has ended by itself"));
    service.destroy();
  }

  /** Waits until it has ended. */
  void awaitEnd() {
    Waiting.await("the end of process " + pid)
        .until(() -> !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
  }
}
