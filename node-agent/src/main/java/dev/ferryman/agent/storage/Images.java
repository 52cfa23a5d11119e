package dev.ferryman.agent.storage;

import com.sun.nio.file.ExtendedOpenOption;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.livemigration.DiskIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads by what a block device, or a file that nobody writes to, is told from another. */
public final class Images {
  private static final int PIECE = 64 * 1024;
  private static final int PIECES = 16;
  private static final int DIGITS = 8;
  private static final int SECTOR = 512;

  /** Memory of direct reads begins at such a multiple. */
  private static final int ALIGNMENT = 4096;

  /** What sysfs holds of a SCSI, NVMe or virtio disk, and of a device mapper's. */
  private static final List<String> ATTRIBUTES =
      List.of("wwid", "device/wwid", "serial", "device/serial", "dm/uuid");

  /** udev's links that are made of what the device says of itself. */
  private static final List<String> LINKS =
      List.of("wwn-", "scsi-", "nvme-", "dm-uuid-", "virtio-", "ata-");

  private final Path dev;
  private final Path sys;

  /**
   * @param dev /dev
   * @param sys /sys
   */
  public Images(Path dev, Path sys) {
    this.dev = dev;
    this.sys = sys;
  }

  /**
   * A regular file; empty if there is none.
   *
   * @throws IOException if it cannot be asked
   */
  public Optional<DiskIdentity> file(Path path) throws IOException {
    return Files.isRegularFile(path)
        ? Optional.of(new DiskIdentity(Files.size(path), List.of(), head(path)))
        : Optional.empty();
  }

  /**
   * A block device; empty if there is none.
   *
   * @throws IOException if it cannot be asked
   */
  public Optional<DiskIdentity> device(Path path) throws IOException {
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    var real = path.toRealPath();
    var block = sys.resolve("class/block").resolve(String.valueOf(real.getFileName()));
    var sectors = read(block.resolve("size"));
    if (sectors == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new DiskIdentity(
              Math.multiplyExact(Long.parseLong(sectors), SECTOR), ids(real, block), head(path)));
    } catch (NumberFormatException | ArithmeticException e) {
      throw new IOException(block + " has the size '" + sectors + "'", e);
    }
  }

  private List<String> ids(Path real, Path block) throws IOException {
    var ids = new ArrayList<String>();
    for (var attribute : ATTRIBUTES) {
      var value = read(block.resolve(attribute));
      if (value != null && !value.isBlank() && !isDefault(value)) {
        ids.add(id(attribute.substring(attribute.indexOf('/') + 1), value.strip()));
      }
    }
    var links = dev.resolve("disk/by-id");
    if (Files.isDirectory(links)) {
      try (var found = Files.newDirectoryStream(links)) {
        for (var link : found) {
          var name = String.valueOf(link.getFileName());
          if (LINKS.stream().anyMatch(name::startsWith)
              && !isDefault(name)
              && Files.exists(link)
              && link.toRealPath().equals(real)) {
            ids.add(id("link", name));
          }
        }
      }
    }
    return ids.stream().distinct().sorted().limit(Bounds.DISK_IDS).toList();
  }

  /** tgt gives every first volume of every server this name unless it is told another. */
  private static boolean isDefault(String value) {
    return value.contains("IET");
  }

  private static String id(String kind, String value) {
    return Bounds.cut(kind + ":" + value, Bounds.NAME);
  }

  private static @Nullable String read(Path attribute) {
    try {
      return Files.isReadable(attribute) ? Files.readString(attribute).strip() : null;
    } catch (IOException notThere) {
      return null;
    }
  }

  /** Past this host's page cache, which may hold what the device held long ago. */
  private static @Nullable String head(Path path) {
    var direct = headBy(path, Set.of(StandardOpenOption.READ, ExtendedOpenOption.DIRECT));
    return direct != null ? direct : headBy(path, Set.of(StandardOpenOption.READ));
  }

  private static @Nullable String headBy(Path path, Set<? extends OpenOption> options) {
    try (var file = FileChannel.open(path, options)) {
      var buffer = ByteBuffer.allocateDirect(PIECE + ALIGNMENT).alignedSlice(ALIGNMENT);
      var hash = MessageDigest.getInstance("SHA-256");
      var head = new StringBuilder();
      for (var piece = 0; piece < PIECES; piece++) {
        buffer.clear().limit(PIECE);
        if (file.read(buffer, (long) piece * PIECE) <= 0) {
          break;
        }
        hash.update(buffer.flip());
        head.append(HexFormat.of().formatHex(hash.digest()), 0, DIGITS);
      }
      return head.toString();
    } catch (IOException | UnsupportedOperationException | NoSuchAlgorithmException e) {
      return null;
    }
  }
}
