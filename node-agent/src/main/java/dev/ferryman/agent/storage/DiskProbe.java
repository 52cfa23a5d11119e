package dev.ferryman.agent.storage;

import dev.ferryman.crds.livemigration.DiskIdentity;
import dev.ferryman.crds.livemigration.FileKind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * Looks at the disks of an instance on this host, and at other files that it needs. Storage that
 * hangs keeps its callers: every look is given up after {@link Markers#PATIENCE}.
 */
public final class DiskProbe {
  // Of a file's mode (Linux: inode(7)).
  private static final int TYPE = 0170000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int SOCKET = 0140000;

  private final ExecutorService threads;
  private final Images images;
  private final UnaryOperator<Path> root;
  private final BooleanSupplier seesHost;
  private final Duration patience;

  /** Whether a file of a kind is on this host. */
  public enum Finding {
    There,
    Missing,
    /** Not among the files that this process sees, which are not the host's. */
    Unseen
  }

  /**
   * @param threads must not be bounded: a blocked access keeps its thread
   */
  public DiskProbe(ExecutorService threads, Images images) {
    this(threads, images, UnaryOperator.identity(), DiskProbe::isAtHostsRoot);
  }

  /**
   * The same on a host whose files are elsewhere.
   *
   * @param root where a path of this host is found
   * @param seesHost whether what is not found is not on the host either
   */
  public DiskProbe(
      ExecutorService threads, Images images, UnaryOperator<Path> root, BooleanSupplier seesHost) {
    this.threads = threads;
    this.images = images;
    this.root = root;
    this.seesHost = seesHost;
    this.patience = Markers.PATIENCE;
  }

  /**
   * Looks for an image.
   *
   * @param type libvirt's disk type, file or block
   * @throws IOException also if the storage does not answer
   */
  public Optional<DiskIdentity> image(String type, String path) throws IOException {
    var where = root.apply(path(path));
    return await(
        path,
        threads.submit(
            (Callable<Optional<DiskIdentity>>)
                () -> "block".equals(type) ? images.device(where) : images.file(where)));
  }

  /**
   * What is where an image would be made.
   *
   * @throws IOException also if the storage does not answer
   */
  public Place place(String path) throws IOException {
    var where = root.apply(path(path));
    return await(path, threads.submit((Callable<Place>) () -> placeNow(where)));
  }

  private static Place placeNow(Path where) throws IOException {
    var directory = where.getParent();
    var parent = directory == null ? null : directory.getParent();
    var hasDirectory = directory != null && Files.isDirectory(directory);
    var hasParent = parent != null && Files.isDirectory(parent);
    if (directory == null || parent == null || (!hasDirectory && !hasParent)) {
      return new Place(false, false, false, "", 0);
    }
    var store = Files.getFileStore(hasDirectory ? directory : parent);
    return new Place(
        Files.exists(where, LinkOption.NOFOLLOW_LINKS),
        hasDirectory,
        hasParent,
        store.toString(),
        store.getUsableSpace());
  }

  /** A container sees the host's processes, the agent's manifest says so, but few of its files. */
  private static boolean isAtHostsRoot() {
    try {
      return Files.isSameFile(Path.of("/proc/1/root"), Path.of("/"));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Looks for a file of a kind.
   *
   * @throws IOException also if the storage does not answer
   */
  public Finding find(String path, FileKind kind) throws IOException {
    var where = root.apply(path(path));
    return await(
        path,
        threads.submit(
            (Callable<Finding>)
                () ->
                    is(where, kind)
                        ? Finding.There
                        : seesHost.getAsBoolean() ? Finding.Missing : Finding.Unseen));
  }

  private static boolean is(Path path, FileKind kind) throws IOException {
    if (!Files.exists(path)) {
      return false;
    }
    return switch (kind) {
      case Directory -> Files.isDirectory(path);
      case File -> !Files.isDirectory(path);
      case CharacterDevice -> type(path) == CHARACTER_DEVICE;
      case Socket -> type(path) == SOCKET;
    };
  }

  private static int type(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:mode") & TYPE;
  }

  private static Path path(String text) throws IOException {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Begins to connect to a server, as far as TCP goes.
   *
   * @param server host:port
   * @return why it cannot be reached; empty: it can
   */
  public CompletableFuture<Optional<String>> reach(String server) {
    return CompletableFuture.supplyAsync(() -> connect(server), threads)
        .completeOnTimeout(
            Optional.of("no answer within " + patience.toMillis() + " ms"),
            patience.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private Optional<String> connect(String server) {
    var colon = server.lastIndexOf(':');
    try (var socket = new Socket()) {
      var address =
          new InetSocketAddress(
              server.substring(0, colon).replace("[", "").replace("]", ""),
              Integer.parseInt(server.substring(colon + 1)));
      if (address.isUnresolved()) {
        return Optional.of("its name does not resolve");
      }
      socket.connect(address, Math.toIntExact(patience.toMillis()));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return Optional.of("it is no host:port");
    }
  }

  private <T> T await(String what, Future<T> pending) throws IOException {
    try {
      return pending.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(what + " does not answer within " + patience.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw new IOException(what + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted at " + what, e);
    }
  }
}
