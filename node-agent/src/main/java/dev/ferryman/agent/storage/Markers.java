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
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Marker files of attempts. A network file system whose server has gone blocks its callers for
 * ever: every access is given up after {@link #PATIENCE}.
 */
public final class Markers {
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ExecutorService threads;
  private final Supplier<List<Mount>> mounts;
  private final Clock clock;
  private final UnaryOperator<Path> root;
  private final Duration patience;

  /** Where a lock was granted once: that stays so as long as it is mounted. */
  private final Set<Mount> lockable = ConcurrentHashMap.newKeySet();

  /** What makes markers, until it is known to have ended. */
  private final ConcurrentMap<Path, Future<Path>> late = new ConcurrentHashMap<>();

  /**
   * @param threads must not be bounded: a blocked access keeps its thread
   * @param mounts what is mounted on this host now
   */
  public Markers(ExecutorService threads, Supplier<List<Mount>> mounts, Clock clock) {
    this(threads, mounts, clock, UnaryOperator.identity(), PATIENCE);
  }

  /**
   * The same on a host whose files are elsewhere.
   *
   * @param root where a path of this host is found
   */
  public Markers(
      ExecutorService threads,
      Supplier<List<Mount>> mounts,
      Clock clock,
      UnaryOperator<Path> root) {
    this(threads, mounts, clock, root, PATIENCE);
  }

  Markers(
      ExecutorService threads,
      Supplier<List<Mount>> mounts,
      Clock clock,
      UnaryOperator<Path> root,
      Duration patience) {
    this.threads = threads;
    this.root = root;
    this.patience = patience;
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
    var making =
        threads.submit(
            () -> {
              // Others write into that directory too: no link of theirs is followed.
              Files.writeString(
                  root.apply(marker),
                  attemptUID,
                  StandardCharsets.UTF_8,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.WRITE,
                  LinkOption.NOFOLLOW_LINKS);
              return marker;
            });
    late.put(marker, making);
    await(marker, making);
    late.remove(marker);
  }

  /**
   * Whether a lock on a marker that is there would hold on the other hosts too.
   *
   * @throws IOException if the file system does not answer
   */
  public boolean hasLocks(Path marker) throws IOException {
    return patiently(marker, () -> locksWork(root.apply(marker)));
  }

  /**
   * Removes a marker, if it is there. One whose making was given up may still come to be made: then
   * it is not gone before that has come to its end.
   *
   * @throws IOException also if the file system does not answer
   */
  public void remove(Path marker) throws IOException {
    var making = late.get(marker);
    if (making != null && !making.isDone()) {
      throw new IOException(marker + " may still be made: " + marker.getParent() + " hangs");
    }
    patiently(marker, () -> Files.deleteIfExists(root.apply(marker)));
    late.remove(marker);
  }

  /**
   * Looks for another host's marker.
   *
   * @throws IOException also if the file system does not answer
   */
  public Finding find(Path marker, String attemptUID) throws IOException {
    return patiently(marker, () -> findNow(root.apply(marker), attemptUID));
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
    var mount = Mount.of(directory, mounts.get());
    if (mount.isEmpty() || !mount.get().locksReachOthers()) {
      return false;
    }
    if (!lockable.contains(mount.get()) && isGranted(marker)) {
      lockable.add(mount.get());
    }
    return lockable.contains(mount.get());
  }

  private static boolean isGranted(Path marker) {
    try (var file = FileChannel.open(marker, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        var lock = file.tryLock()) {
      return lock != null;
    } catch (IOException notSupported) {
      return false;
    }
  }

  private <T> T patiently(Path marker, Callable<T> access) throws IOException {
    return await(marker, threads.submit(access));
  }

  /** What is not there in time goes on: nothing can interrupt a thread that is in the kernel. */
  private <T> T await(Path marker, Future<T> pending) throws IOException {
    try {
      return pending.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          marker.getParent() + " does not answer within " + patience.toMillis() + " ms", e);
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
