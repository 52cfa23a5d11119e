package dev.ferryman.agent.decide;

import dev.ferryman.agent.decide.DestinationChecks.Directory;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.BackingImage;
import dev.ferryman.crds.livemigration.Disk;
import dev.ferryman.crds.livemigration.DiskCopy;
import dev.ferryman.crds.livemigration.Needs;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Judges whether disks that this host does not share can be copied to it. An image is made for each
 * at the path that it has at the source, over the same backing images; so only formats count whose
 * images are nothing but what the guest sees.
 */
public final class CopyChecks {
  private static final Set<String> FORMATS = Set.of("raw", "qcow2");
  private static final Set<String> BACKING = Set.of("file", "block");
  private static final Set<Directory> LOCAL = Set.of(Directory.NotShared, Directory.Missing);

  private CopyChecks() {}

  /**
   * What is on this host where a disk's image would be made.
   *
   * @param taken whether there is anything of its name
   * @param hasDirectory whether its directory is there
   * @param hasParent whether the directory of that one is
   * @param fileSystem what tells the file system from others
   */
  public record Place(
      boolean taken,
      boolean hasDirectory,
      boolean hasParent,
      String fileSystem,
      long availableBytes) {
    /** The same, if what is there is the attempt's own. */
    public Place free() {
      return new Place(false, hasDirectory, hasParent, fileSystem, availableBytes);
    }
  }

  /** Whether it is a file that the guest writes to and that the source alone has. */
  public static boolean isLocal(Disk disk, Map<String, Directory> directories) {
    var path = disk.path();
    return "file".equals(disk.type())
        && path != null
        && !Boolean.TRUE.equals(disk.readOnly())
        && LOCAL.contains(
            directories.getOrDefault(DestinationChecks.directoryOf(path), Directory.Silent));
  }

  /** The disks to copy. */
  public static List<DiskCopy> copies(Needs needs, Map<String, Directory> directories) {
    return needs.disks().stream()
        .filter(disk -> isLocal(disk, directories))
        .map(
            disk ->
                new DiskCopy(
                    disk.target(),
                    String.valueOf(disk.path()),
                    orZero(disk.virtualBytes()),
                    orZero(disk.allocatedBytes())))
        .toList();
  }

  /**
   * Whether a disk can be copied to its place.
   *
   * @param trouble why the place could not be looked at; null: it was
   */
  static Check judge(Disk disk, @Nullable Place place, @Nullable String trouble, String host) {
    var obstacle = obstacle(disk);
    if (obstacle.isPresent()) {
      return fail(Reason.DiskNotCopyable, disk, host, obstacle.get());
    }
    var path = String.valueOf(disk.path());
    if (trouble != null || place == null) {
      return fail(Reason.StorageNotShared, disk, host, trouble == null ? "?" : trouble);
    }
    if (place.taken()) {
      return fail(Reason.DiskExists, disk, host, taken(path));
    }
    if (!place.hasDirectory() && !place.hasParent()) {
      return fail(
          Reason.StorageNotShared,
          disk,
          host,
          DestinationChecks.directoryOf(DestinationChecks.directoryOf(path))
              + " does not exist here, in which an image could be made: is it mounted?");
    }
    return Check.pass(
        CheckName.DiskCopy,
        host,
        what(disk.target()) + "is copied to " + path + ", " + size(orZero(disk.allocatedBytes())));
  }

  private static Optional<String> obstacle(Disk disk) {
    var format = disk.format() == null ? "raw" : disk.format();
    if (!FORMATS.contains(format)) {
      return Optional.of("an image of format " + format + " is not copied, only raw and qcow2");
    }
    if (disk.uncopyable() != null) {
      return Optional.of("it has <" + disk.uncopyable() + "> in its XML, and is not copied");
    }
    if (disk.virtualBytes() == null || disk.allocatedBytes() == null) {
      return Optional.of("the source's libvirt does not tell its size");
    }
    return disk.backing().stream()
        .filter(image -> !isUsable(image))
        .findFirst()
        .map(
            image ->
                "its backing image "
                    + image.path()
                    + " of type "
                    + image.type()
                    + " cannot be put below a copy");
  }

  private static boolean isUsable(BackingImage image) {
    return BACKING.contains(image.type()) && image.path() != null && image.format() != null;
  }

  /**
   * Whether there is room for what the images take now: thin ones that grow later are only warned
   * of.
   *
   * @param claimed bytes that other moves may still write, by file system
   */
  public static List<Check> space(
      List<DiskCopy> copies, Map<String, Place> places, Map<String, Long> claimed, String host) {
    var byFileSystem =
        copies.stream()
            .filter(copy -> places.containsKey(copy.path()))
            .collect(Collectors.groupingBy(copy -> place(copy, places).fileSystem()));
    return byFileSystem.entrySet().stream()
        .map(
            entry ->
                space(
                    entry.getValue(),
                    place(entry.getValue().get(0), places),
                    claimed.getOrDefault(entry.getKey(), 0L),
                    host))
        .toList();
  }

  @SuppressWarnings("NullAway") // asked of those only that have one
  private static Place place(DiskCopy copy, Map<String, Place> places) {
    return places.get(copy.path());
  }

  private static Check space(List<DiskCopy> copies, Place place, long claimed, String host) {
    var now = copies.stream().mapToLong(DiskCopy::allocatedBytes).sum();
    var inTime = copies.stream().mapToLong(DiskCopy::virtualBytes).sum();
    var fits = now <= place.availableBytes() - claimed;
    var grows = inTime <= place.availableBytes() - claimed;
    var message =
        "disks "
            + copies.stream().map(DiskCopy::target).collect(Collectors.joining(", "))
            + " take "
            + size(now)
            + " now and up to "
            + size(inTime)
            + "; "
            + size(place.availableBytes())
            + " are available on "
            + place.fileSystem()
            + (claimed == 0 ? "" : ", " + size(claimed) + " of them claimed by other moves");
    if (!fits) {
      return Check.fail(CheckName.DiskSpace, Reason.InsufficientDisk, host, message);
    }
    return grows
        ? Check.pass(CheckName.DiskSpace, host, message)
        : Check.warn(CheckName.DiskSpace, Reason.DiskOvercommitted, host, message);
  }

  /** In MiB, rounded up. */
  private static String size(long bytes) {
    return ((bytes + (1 << 20) - 1) >> 20) + " MiB";
  }

  private static long orZero(@Nullable Long value) {
    return value == null ? 0 : value;
  }

  private static String what(String target) {
    return "disk " + target + ": ";
  }

  /** That there is something where an image would be made. */
  public static String taken(String path) {
    return "there is a file " + path + " here already, which is not overwritten";
  }

  private static Check fail(Reason reason, Disk disk, String host, String message) {
    return fail(reason, disk.target(), host, message);
  }

  /** That the disk with that device name cannot be copied. */
  public static Check fail(Reason reason, String target, String host, String message) {
    return Check.fail(CheckName.DiskCopy, reason, host, what(target) + message);
  }
}
