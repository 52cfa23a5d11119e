package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.CopyChecks;
import dev.ferryman.agent.decide.DestinationChecks;
import dev.ferryman.agent.decide.DestinationChecks.Directory;
import dev.ferryman.agent.decide.StorageChecks;
import dev.ferryman.agent.decide.VolumeChecks;
import dev.ferryman.agent.libvirt.HypervisorException;
import dev.ferryman.crds.livemigration.Disk;
import dev.ferryman.crds.livemigration.DiskBuilder;
import dev.ferryman.crds.livemigration.DiskIdentity;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a host sees of an instance's disks: the source describes them, the destination compares. */
final class DiskLook {
  private static final Logger LOG = LoggerFactory.getLogger(DiskLook.class);

  private DiskLook() {}

  /** The directories of all files that the instance uses, those of its chains too. */
  static Stream<String> directories(Needs needs) {
    return needs.disks().stream()
        .flatMap(DiskLook::files)
        .map(DestinationChecks::directoryOf)
        .distinct();
  }

  /** The directories of files that the instance writes to. */
  static Stream<String> writtenDirectories(Needs needs) {
    return needs.disks().stream()
        .filter(disk -> "file".equals(disk.type()) && !Boolean.TRUE.equals(disk.readOnly()))
        .flatMap(disk -> Stream.ofNullable(disk.path()))
        .map(DestinationChecks::directoryOf)
        .distinct();
  }

  private static Stream<String> files(Disk disk) {
    return Stream.concat(
        "file".equals(disk.type()) ? Stream.ofNullable(disk.path()) : Stream.of(),
        disk.backing().stream()
            .filter(image -> "file".equals(image.type()))
            .flatMap(image -> Stream.ofNullable(image.path())));
  }

  /** The source: the needs, with the images of volumes where they are. */
  static Needs located(Needs needs, HostContext host) {
    return NeedsBuilder.builder(needs)
        .disks(needs.disks().stream().map(disk -> located(disk, host)).toList())
        .build();
  }

  private static Disk located(Disk disk, HostContext host) {
    if (disk.volume() == null) {
      return disk;
    }
    return host.hypervisor()
        .objects()
        .storageVolume(disk.volume())
        .map(found -> VolumeChecks.located(disk, found.type(), found.path()))
        .orElse(disk);
  }

  /** The source: the needs, with what tells each image from another of its name. */
  static Needs identified(Needs needs, HostContext host) {
    return NeedsBuilder.builder(needs)
        .disks(needs.disks().stream().map(disk -> identified(disk, host)).toList())
        .build();
  }

  private static Disk identified(Disk disk, HostContext host) {
    return DiskBuilder.builder(disk)
        .identity(
            isCompared(disk.type(), Boolean.TRUE.equals(disk.readOnly()))
                ? identity(disk.type(), disk.path(), host)
                : null)
        .backing(
            disk.backing().stream()
                .map(
                    image ->
                        isCompared(image.type(), true)
                            ? image.withIdentity(identity(image.type(), image.path(), host))
                            : image)
                .toList())
        .build();
  }

  private static boolean isCompared(String type, boolean readOnly) {
    return "block".equals(type) || ("file".equals(type) && readOnly);
  }

  private static @Nullable DiskIdentity identity(
      String type, @Nullable String path, HostContext host) {
    try {
      return path == null ? null : host.disks().image(type, path).orElse(null);
    } catch (IOException e) {
      LOG.info("What {} is cannot be told: {}", path, e.getMessage());
      return null;
    }
  }

  /** The source: the needs, with the sizes of the files that the instance writes to. */
  static Needs sized(Needs needs, String uuid, HostContext host) {
    return NeedsBuilder.builder(needs)
        .disks(
            needs.disks().stream()
                .map(
                    disk ->
                        "file".equals(disk.type()) && !Boolean.TRUE.equals(disk.readOnly())
                            ? sized(disk, uuid, host)
                            : disk)
                .toList())
        .build();
  }

  private static Disk sized(Disk disk, String uuid, HostContext host) {
    try {
      return DiskBuilder.builder(disk)
          .virtualBytes(host.hypervisor().diskCapacityBytes(uuid, disk.target()))
          .allocatedBytes(host.hypervisor().diskAllocationBytes(uuid, disk.target()))
          .build();
    } catch (HypervisorException e) {
      LOG.info("The size of {} of {} is not known: {}", disk.target(), uuid, e.getMessage());
      return disk;
    }
  }

  /**
   * The destination: all that its disks' checks are judged by; servers are tried all at once.
   *
   * @param copying whether disks that the source alone has are to be copied
   * @param own paths of the images that this attempt has made before
   */
  static StorageChecks.Seen look(
      Needs needs,
      Map<String, Directory> directories,
      boolean copying,
      List<String> own,
      HostContext host) {
    var images = new HashMap<String, DiskIdentity>();
    var troubles = new HashMap<String, String>();
    var answers = new HashMap<String, CompletableFuture<Optional<String>>>();
    for (var disk : needs.disks()) {
      Stream.concat(
              disk.servers().stream(),
              disk.backing().stream().flatMap(image -> image.servers().stream()))
          .forEach(server -> answers.computeIfAbsent(server, host.disks()::reach));
    }
    for (var disk : needs.disks()) {
      if (isCompared(disk.type(), Boolean.TRUE.equals(disk.readOnly()))) {
        look(disk.type(), disk.path(), host, images, troubles);
      }
      for (var image : disk.backing()) {
        if (isCompared(image.type(), true)) {
          look(image.type(), image.path(), host, images, troubles);
        }
      }
    }
    answers.forEach(
        (server, answer) -> answer.join().ifPresent(trouble -> troubles.put(server, trouble)));
    var volumes = new HashMap<String, String>();
    for (var disk : needs.disks()) {
      if (disk.volume() != null) {
        volume(disk.volume(), host, volumes, troubles);
      }
    }
    var places = new HashMap<String, CopyChecks.Place>();
    if (copying) {
      needs.disks().stream()
          .filter(disk -> CopyChecks.isLocal(disk, directories))
          .forEach(disk -> place(String.valueOf(disk.path()), host, places, troubles));
    }
    places.replaceAll((path, place) -> own.contains(path) ? place.free() : place);
    return new StorageChecks.Seen(
        host.name(), directories, images, volumes, troubles, copying, places);
  }

  private static void volume(
      String volume, HostContext host, Map<String, String> volumes, Map<String, String> troubles) {
    try {
      host.hypervisor()
          .objects()
          .storageVolume(volume)
          .ifPresent(found -> volumes.put(volume, found.path()));
    } catch (HypervisorException e) {
      troubles.put(volume, String.valueOf(e.getMessage()));
    }
  }

  private static void place(
      String path,
      HostContext host,
      Map<String, CopyChecks.Place> places,
      Map<String, String> troubles) {
    try {
      places.put(path, place(path, host));
    } catch (IOException e) {
      troubles.put(path, String.valueOf(e.getMessage()));
    }
  }

  static CopyChecks.Place place(String path, HostContext host) throws IOException {
    var found = host.disks().place(path);
    return new CopyChecks.Place(
        found.taken(),
        found.hasDirectory(),
        found.hasParent(),
        found.fileSystem(),
        found.availableBytes());
  }

  private static void look(
      String type,
      @Nullable String path,
      HostContext host,
      Map<String, DiskIdentity> images,
      Map<String, String> troubles) {
    if (path == null || images.containsKey(path) || troubles.containsKey(path)) {
      return;
    }
    try {
      host.disks().image(type, path).ifPresent(found -> images.put(path, found));
    } catch (IOException e) {
      troubles.put(path, String.valueOf(e.getMessage()));
    }
  }
}
