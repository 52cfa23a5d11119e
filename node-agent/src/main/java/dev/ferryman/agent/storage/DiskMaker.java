package dev.ferryman.agent.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/**
 * Makes the images that disks are copied into, and takes away those that were made in vain.
 *
 * <p>An image is made under a name that only its attempt has, and gets its own name as a second
 * link, which the kernel refuses where there is a file already: none is ever overwritten. As long
 * as the first link is there it proves of which attempt the file is, also after a crash at any
 * point, and whatever somebody else has put in its place since.
 */
public final class DiskMaker {
  private static final Duration PATIENCE = Duration.ofSeconds(25);

  private final ExecutorService threads;
  private final ImageTool tool;
  private final UnaryOperator<Path> root;
  private final ConcurrentMap<Path, Future<?>> late = new ConcurrentHashMap<>();

  /**
   * @param threads must not be bounded: a blocked access keeps its thread
   * @param root where a path of this host is found
   */
  public DiskMaker(ExecutorService threads, ImageTool tool, UnaryOperator<Path> root) {
    this.threads = threads;
    this.tool = tool;
    this.root = root;
  }

  /**
   * An image that an attempt has made, or is about to make.
   *
   * @param path its own name
   * @param link the name that only the attempt has
   * @param ownsDirectory whether its directory is made with it
   */
  public record Image(Path path, Path link, boolean ownsDirectory) {}

  /**
   * Makes an image, unless this attempt has made it already.
   *
   * @throws FileAlreadyExistsException if there is another file
   * @throws IOException also if the file system does not answer
   */
  public void make(Image image, ImageTool.Form form) throws IOException {
    patiently(
        image,
        () -> {
          makeNow(root.apply(image.path()), root.apply(image.link()), form);
          return image;
        });
  }

  private void makeNow(Path path, Path link, ImageTool.Form form) throws IOException {
    var directory = Objects.requireNonNull(path.getParent());
    if (!Files.isDirectory(directory)) {
      Files.createDirectory(directory);
      giveAsAround(directory, "rwx--x--x");
    }
    if (isSame(path, link)) {
      return;
    }
    Files.deleteIfExists(link);
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(path.toString());
    }
    Files.createFile(
        link, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    tool.write(link, form);
    giveAsAround(link, "rw-------");
    Files.createLink(path, link);
  }

  /**
   * To whom the directory around belongs: to QEMU's user where libvirt does not give it each image
   * by itself (qemu.conf, dynamic_ownership).
   */
  private static void giveAsAround(Path file, String permissions) throws IOException {
    var around =
        Files.readAttributes(Objects.requireNonNull(file.getParent()), PosixFileAttributes.class);
    var own = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    own.setPermissions(PosixFilePermissions.fromString(permissions));
    var now = own.readAttributes();
    if (!now.group().equals(around.group())) {
      own.setGroup(around.group());
    }
    if (!now.owner().equals(around.owner())) {
      own.setOwner(around.owner());
    }
  }

  /**
   * The image is the guest's from now on.
   *
   * @throws IOException also if the file system does not answer
   */
  public void keep(Image image) throws IOException {
    patiently(image, () -> Files.deleteIfExists(root.apply(image.link())));
  }

  /**
   * Takes away what the attempt has made, and nothing else. An image whose making was given up may
   * still come to be: then it is not gone before that has come to its end.
   *
   * @throws IOException also if the file system does not answer
   */
  public void remove(Image image) throws IOException {
    patiently(
        image,
        () -> {
          removeNow(image, root.apply(image.path()), root.apply(image.link()));
          return image;
        });
  }

  private static void removeNow(Image image, Path path, Path link) throws IOException {
    if (isSame(path, link)) {
      Files.delete(path);
    }
    Files.deleteIfExists(link);
    if (image.ownsDirectory()) {
      try {
        Files.deleteIfExists(Objects.requireNonNull(path.getParent()));
      } catch (DirectoryNotEmptyException othersUseIt) {
        return;
      }
    }
  }

  private static boolean isSame(Path path, Path link) throws IOException {
    try {
      return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
          && Files.isRegularFile(link, LinkOption.NOFOLLOW_LINKS)
          && Files.isSameFile(path, link);
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  private <T> void patiently(Image image, Callable<T> access) throws IOException {
    var before = late.get(image.link());
    if (before != null && !before.isDone()) {
      throw new IOException(image.path() + " is still being worked on: its directory hangs");
    }
    var pending = threads.submit(access);
    late.put(image.link(), pending);
    try {
      pending.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      late.remove(image.link());
    } catch (TimeoutException e) {
      throw new IOException(
          image.path() + " does not answer within " + PATIENCE.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      late.remove(image.link());
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IOException(image.path() + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted at " + image.path());
    }
  }
}
