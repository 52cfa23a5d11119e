package dev.ferryman.agent.inventory;

import dev.ferryman.agent.libvirt.BoundedCalls;
import dev.ferryman.agent.libvirt.HypervisorException;
import dev.ferryman.agent.storage.Mount;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.hostresource.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the directory of the instances' disks, which may be on a server that does not answer. */
public final class StorageReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StorageReader.class);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(3);
  private static final int LIMIT_OF_CALLS = 2;

  private final Path directory;
  private final String host;
  private final ProcFiles proc;
  private final BoundedCalls calls = new BoundedCalls("storage", ANSWER_TIMEOUT, LIMIT_OF_CALLS);
  private volatile @Nullable KnownLocks knownLocks;
  private volatile boolean complained;

  /** The trial writes to the directory, so it is made once for each mount. */
  private record KnownLocks(Mount mount, boolean work) {}

  /**
   * A reading of the directory's file system.
   *
   * @param usedBytes in use on the file system by whoever
   */
  record Reading(Storage storage, long totalBytes, long usedBytes) {}

  public StorageReader(Path directory, String host, ProcFiles proc) {
    this.directory = directory;
    this.host = host;
    this.proc = proc;
  }

  /** Empty if the directory is not there, or does not answer. */
  Optional<Reading> read() {
    try {
      var reading = calls.call(directory.toString(), this::readNow);
      complained = false;
      return Optional.of(reading);
    } catch (HypervisorException | UncheckedIOException e) {
      if (!complained) {
        LOG.warn("The instances directory cannot be read: {}", e.getMessage());
      }
      complained = true;
      return Optional.empty();
    }
  }

  private Reading readNow() {
    try {
      var path = directory.toRealPath();
      var store = Files.getFileStore(path);
      var total = store.getTotalSpace();
      var mount = Mount.of(path, proc.mounts());
      var storage =
          new Storage(
              Bounds.cut(directory.toString(), Bounds.PATH),
              Bounds.cut(mount.map(Mount::type).orElse(store.type()), Bounds.WORD),
              mount.map(Mount::shared).orElse(false),
              mount.map(found -> locks(found, path)).orElse(false),
              Units.gibibytes(total),
              Units.gibibytes(store.getUsableSpace()));
      return new Reading(storage, total, total - store.getUnallocatedSpace());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean locks(Mount mount, Path path) {
    var known = knownLocks;
    if (known != null && known.mount.equals(mount)) {
      return known.work;
    }
    var work = mount.locksReachOthers() && LockTrial.works(path, host);
    knownLocks = new KnownLocks(mount, work);
    return work;
  }

  @Override
  public void close() {
    calls.close();
  }
}
