package dev.ferryman.agent.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Marker files of attempts. A network file system whose server has gone blocks its callers for
 * ever: every access is given up after {@link #PATIENCE}.
 */
public final class Markers {
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ExecutorService threads;
  private final Supplier<List<Mount>> mounts;
  private final Clock clock;

  /**
   * @param threads must not be bounded: a blocked access keeps its thread
   * @param mounts what is mounted on this host now
   */
  public Markers(ExecutorService threads, Supplier<List<Mount>> mounts, Clock clock) {
    this.threads = threads;
    this.mounts = mounts;
    this.clock = clock;
  }

  /** Threads for what may block. */
  public ExecutorService threads() {
    return threads;
  }

  /** What a host finds of another host's marker. */
  public enum Finding {
    /** The same directory, and byte-range locks work in it. */
    SharedWithLocks,
    /** The same directory; QEMU's image locks do not work in it. */
    SharedWithoutLocks,
    /** The directory has no such marker. */
    NotShared,
    /** There is no such directory. */
    NoDirectory
  }

  /** The marker of an attempt in a directory. */
  public static Path in(Path directory, String attemptUID) {
    return directory.resolve(".ferryman-" + attemptUID.replace('/', '-'));
  }

  /**
   * Makes a marker.
   *
   * @throws IOException also if the file system does not answer
   */
  public void put(Path marker, String attemptUID) throws IOException {
    patiently(
        marker,
        () -> {
          // Others write into that directory too: no link of theirs is followed.
          Files.writeString(
              marker,
              attemptUID,
              StandardCharsets.UTF_8,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS);
          return null;
        });
  }

  /**
   * Whether a lock on a marker that is there would hold on the other hosts too.
   *
   * @throws IOException if the file system does not answer
   */
  public boolean hasLocks(Path marker) throws IOException {
    return patiently(marker, () -> locksWork(marker));
  }

  /**
   * Removes a marker, if it is there.
   *
   * @throws IOException also if the file system does not answer
   */
  public void remove(Path marker) throws IOException {
    patiently(marker, () -> Files.deleteIfExists(marker));
  }

  /**
   * Looks for another host's marker.
   *
   * @throws IOException also if the file system does not answer
   */
  public Finding find(Path marker, String attemptUID) throws IOException {
    return patiently(marker, () -> findNow(marker, attemptUID));
  }

  private Finding findNow(Path marker, String attemptUID) throws IOException {
    var directory = marker.getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      return Finding.NoDirectory;
    }
    try {
      if (!holds(marker, attemptUID)) {
        // A network file system may answer from its cache of the directory: changing it refreshes
        // that.
        Files.setLastModifiedTime(directory, FileTime.from(clock.instant()));
        if (!holds(marker, attemptUID)) {
          return Finding.NotShared;
        }
      }
      return locksWork(marker) ? Finding.SharedWithLocks : Finding.SharedWithoutLocks;
    } catch (NoSuchFileException removedMeanwhile) {
      return Finding.NotShared;
    }
  }

  private static boolean holds(Path marker, String attemptUID) throws IOException {
    return Files.isRegularFile(marker, LinkOption.NOFOLLOW_LINKS)
        && Files.size(marker) == attemptUID.length()
        && Files.readString(marker).equals(attemptUID);
  }

  /** As QEMU's image locks need it: granted here, and seen by every host. */
  private boolean locksWork(Path marker) throws IOException {
    var directory = Objects.requireNonNull(marker.getParent()).toRealPath();
    if (!Mount.of(directory, mounts.get()).map(Mount::locksReachOthers).orElse(false)) {
      return false;
    }
    try (var file = FileChannel.open(marker, StandardOpenOption.WRITE);
        var lock = file.tryLock()) {
      return lock != null;
    } catch (IOException notSupported) {
      return false;
    }
  }

  private <T> T patiently(Path marker, Callable<T> access) throws IOException {
    var pending = threads.submit(access);
    try {
      return pending.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      pending.cancel(true);
      throw new IOException(
          marker.getParent() + " does not answer within " + PATIENCE.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IOException(marker + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted at " + marker, e);
    }
  }
}
