package dev.ferryman.agent.inventory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Tries a byte-range lock (fcntl(2)) in a directory, of the kind on which QEMU's image locks stand.
 */
final class LockTrial {
  private LockTrial() {}

  /**
   * @param host makes the name of the file its own among the hosts that share the directory
   */
  static boolean works(Path directory, String host) {
    var file = directory.resolve(".ferryman-lock-trial-" + host);
    try {
      try (var channel =
              FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var lock = channel.tryLock(0, 1, false)) {
        return lock != null;
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException | OverlappingFileLockException e) {
      return false;
    }
  }
}
