package dev.ferryman.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/** The hosts' file systems: a directory that all share, and one that is each host's own. */
final class Disks implements AutoCloseable {
  private final Path directory;
  private final Path shared;

  Disks(List<String> hosts) {
    try {
      var memory = Path.of("/dev/shm");
      directory =
          Files.isWritable(memory)
              ? Files.createTempDirectory(memory, "ferryman-simulation")
              : Files.createTempDirectory("ferryman-simulation");
      shared = Files.createDirectory(directory.resolve("shared"));
      for (var host : hosts) {
        Files.createDirectory(localOn(host));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path shared() {
    return shared;
  }

  /** A directory of each host of its own, as the hosts name it. */
  Path local() {
    return directory.resolve("local");
  }

  Path localOn(String host) {
    return directory.resolve("local-on-" + host);
  }

  Path localDisk(String host) {
    return localOn(host).resolve("disk.qcow2");
  }

  Path journal(String host) {
    return directory.resolve(host);
  }

  /** Where a path of a host is. */
  Path root(String host, Path path) {
    return path.startsWith(local()) ? localOn(host).resolve(local().relativize(path)) : path;
  }

  void makeLocalDisk(String host) {
    try {
      Files.writeString(localDisk(host), "the guest's");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
