package dev.ferryman.agent.decide;

import dev.ferryman.agent.decide.CopyChecks.Place;
import dev.ferryman.agent.decide.DestinationChecks.Directory;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.Disk;
import dev.ferryman.crds.livemigration.DiskIdentity;
import dev.ferryman.crds.livemigration.Needs;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Judges whether the instance finds the same disks on this host. */
public final class StorageChecks {
  private static final Set<String> MAY_BE_EMPTY = Set.of("file", "block", "dir", "volume");

  private StorageChecks() {}

  /**
   * What this host sees of the instance's disks.
   *
   * @param directories by their path, as the needs' files name them
   * @param images what is here, by path; of block devices, and of files that are only read
   * @param volumes paths of volumes here, by pool/volume
   * @param troubles why something could not be looked at or reached, by path, volume or server
   * @param copying whether disks that the source alone has are to be copied
   * @param places where their images would be made, by path
   */
  public record Seen(
      String host,
      Map<String, Directory> directories,
      Map<String, DiskIdentity> images,
      Map<String, String> volumes,
      Map<String, String> troubles,
      boolean copying,
      Map<String, Place> places) {
    /** What is seen where nothing is copied, and no disk is a volume. */
    public Seen(
        String host,
        Map<String, Directory> directories,
        Map<String, DiskIdentity> images,
        Map<String, String> troubles) {
      this(host, directories, images, Map.of(), troubles, false, Map.of());
    }
  }

  /**
   * The disks' checks.
   *
   * @param room how many there may be; those that refuse come first
   */
  public static List<Check> judge(Needs needs, Seen seen, int room) {
    return needs.disks().stream()
        .flatMap(disk -> checks(disk, seen))
        .sorted(Comparator.comparing(check -> check.outcome() != CheckOutcome.Fail))
        .limit(room)
        .toList();
  }

  private static Stream<Check> checks(Disk disk, Seen seen) {
    var elsewhere = VolumeChecks.trouble(disk, seen);
    if (elsewhere.isPresent()) {
      return Stream.of(
          new Answer(CheckName.DiskImage, own(disk), seen)
              .fail(Reason.StorageNotShared, elsewhere.get()));
    }
    var own =
        seen.copying() && CopyChecks.isLocal(disk, seen.directories())
            ? CopyChecks.judge(
                disk,
                seen.places().get(String.valueOf(disk.path())),
                seen.troubles().get(String.valueOf(disk.path())),
                seen.host())
            : check(own(disk), seen);
    var below =
        disk.backing().stream()
            .map(
                image ->
                    new Image(
                        "disk " + disk.target() + ", backing image",
                        image.type(),
                        image.path(),
                        false,
                        image.servers(),
                        image.identity()));
    return Stream.concat(Stream.of(own), below.map(image -> check(image, seen)));
  }

  private static Image own(Disk disk) {
    return new Image(
        "disk " + disk.target(),
        disk.type(),
        disk.path(),
        !Boolean.TRUE.equals(disk.readOnly()),
        disk.servers(),
        disk.identity());
  }

  /**
   * @param what for people
   * @param written whether the guest may write to it
   */
  private record Image(
      String what,
      String type,
      @Nullable String path,
      boolean written,
      List<String> servers,
      @Nullable DiskIdentity there) {}

  private static Check check(Image image, Seen seen) {
    var path = image.path();
    if (image.type().equals("network")) {
      return network(image, seen);
    }
    if (path == null && MAY_BE_EMPTY.contains(image.type())) {
      return new Answer(CheckName.DiskImage, image, seen).pass("an empty drive");
    }
    return switch (image.type()) {
      case "file" -> file(image, String.valueOf(path), seen);
      case "block" -> device(image, String.valueOf(path), seen);
      case "nvme" ->
          new Answer(CheckName.BlockDevice, image, seen)
              .fail(Reason.StorageNotShared, "an NVMe device belongs to its host alone");
      default ->
          new Answer(CheckName.DiskImage, image, seen)
              .skipped("is of type " + image.type() + ": libvirt looks for it itself");
    };
  }

  private static Check file(Image image, String path, Seen seen) {
    var answer = new Answer(CheckName.SharedStorage, image, seen);
    var directory = DestinationChecks.directoryOf(path);
    var found = seen.directories().getOrDefault(directory, Directory.Silent);
    if (found == Directory.SharedWithLocks || found == Directory.SharedWithoutLocks) {
      return answer.pass(directory + " is the source's");
    }
    if (!image.written() && found != Directory.Silent) {
      return readOnlyFile(image, path, seen);
    }
    return answer.fail(
        Reason.StorageNotShared,
        switch (found) {
          case Missing -> directory + " does not exist here: is it mounted?" + hint(image);
          case Silent -> directory + " does not answer";
          default -> directory + " is not the source's: its marker is not there" + hint(image);
        });
  }

  private static String hint(Image image) {
    return image.written() ? " (storage: Copy copies such disks)" : "";
  }

  private static Check readOnlyFile(Image image, String path, Seen seen) {
    var answer = new Answer(CheckName.DiskImage, image, seen);
    var trouble = seen.troubles().get(path);
    if (trouble != null) {
      return answer.fail(Reason.StorageNotShared, trouble);
    }
    var here = seen.images().get(path);
    if (here == null) {
      return answer.fail(Reason.StorageNotShared, path + " is not on this host");
    }
    var found = SameImage.file(image.there(), here);
    return found.isOther()
        ? answer.fail(Reason.StorageNotShared, other(path, found, image.there(), here))
        : answer.warn(
            path
                + " is here too, in a directory that is not the source's: that it holds the same is"
                + " not proved");
  }

  private static Check device(Image image, String path, Seen seen) {
    var answer = new Answer(CheckName.BlockDevice, image, seen);
    var trouble = seen.troubles().get(path);
    if (trouble != null) {
      return answer.fail(Reason.StorageNotShared, trouble);
    }
    var here = seen.images().get(path);
    if (here == null) {
      return answer.fail(Reason.StorageNotShared, "there is no block device " + path + " here");
    }
    var found = SameImage.device(path, image.there(), here, image.written());
    if (found.isOther()) {
      return answer.fail(Reason.StorageNotShared, other(path, found, image.there(), here));
    }
    return found == SameImage.Finding.Proven
        ? answer.pass(path + " is the source's device, " + here.sizeBytes() + " bytes")
        : answer.warn(
            path
                + " is here too and has the same size, but neither its path nor a serial number or"
                + " WWN says that it is the same device");
  }

  private static String other(
      String path, SameImage.Finding found, @Nullable DiskIdentity there, DiskIdentity here) {
    var theirs = there == null ? "?" : String.valueOf(there.sizeBytes());
    return path
        + " is another one here: "
        + switch (found) {
          case OtherSize -> here.sizeBytes() + " bytes, at the source " + theirs;
          case OtherId -> here.ids() + ", at the source " + (there == null ? "?" : there.ids());
          default -> "its first MiB differs from the source's";
        };
  }

  /** Any of its servers will do, as for QEMU. */
  private static Check network(Image image, Seen seen) {
    var answer = new Answer(CheckName.NetworkStorage, image, seen);
    if (image.servers().isEmpty()) {
      return answer.skipped(
          image.path()
              + ": no server is named by host and port; this host's own configuration is not"
              + " looked at");
    }
    return image.servers().stream()
        .filter(server -> !seen.troubles().containsKey(server))
        .findFirst()
        .map(
            server ->
                answer.pass(
                    server + " takes connections; " + image.path() + " itself was not asked for"))
        .orElseGet(
            () ->
                answer.fail(
                    Reason.StorageUnreachable,
                    image.servers().stream()
                        .map(server -> server + ": " + seen.troubles().get(server))
                        .collect(Collectors.joining(", "))));
  }

  /** How a check of one disk is answered. */
  private record Answer(CheckName name, String what, String host) {
    Answer(CheckName name, Image image, Seen seen) {
      this(name, image.what(), seen.host());
    }

    Check pass(String message) {
      return Check.pass(name, host, said(message));
    }

    Check skipped(String message) {
      return Check.skipped(name, host, said(message));
    }

    Check warn(String message) {
      return Check.warn(name, Reason.IdentityUnproven, host, said(message));
    }

    Check fail(Reason reason, String message) {
      return Check.fail(name, reason, host, said(message));
    }

    private String said(String message) {
      return what + ": " + message;
    }
  }
}
