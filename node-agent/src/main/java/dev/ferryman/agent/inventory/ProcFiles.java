package dev.ferryman.agent.inventory;

import dev.ferryman.agent.storage.Mount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the kernel says of this host (proc(5)). */
public final class ProcFiles {
  private final Path root;

  /**
   * @param root usually /proc
   */
  public ProcFiles(Path root) {
    this.root = root;
  }

  /** Of this boot of the host. */
  public String bootID() {
    return read("sys/kernel/random/boot_id").strip();
  }

  Memory memory() {
    return Memory.parse(read("meminfo"));
  }

  /**
   * Ordinary memory that a process has taken, apart from files that it maps; 0 if it has gone. A
   * guest's huge pages are not among it.
   */
  long residentMiB(long pid) {
    return Memory.residentMiB(statusOf(pid));
  }

  /** Huge pages that a process has taken, of all sizes together; 0 if it has gone. */
  long hugeKiB(long pid) {
    return Memory.hugeKiB(statusOf(pid));
  }

  private String statusOf(long pid) {
    try {
      return read(pid + "/status");
    } catch (UncheckedIOException gone) {
      return "";
    }
  }

  /** What is mounted where, as this process sees it. */
  public List<Mount> mounts() {
    return Mount.parse(read("self/mountinfo"));
  }

  private String read(String file) {
    try {
      return Files.readString(root.resolve(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
