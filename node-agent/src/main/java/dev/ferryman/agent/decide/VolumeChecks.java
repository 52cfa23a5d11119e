package dev.ferryman.agent.decide;

import dev.ferryman.agent.decide.StorageChecks.Seen;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.livemigration.Disk;
import dev.ferryman.crds.livemigration.DiskBuilder;
import java.util.Optional;
import java.util.Set;

/**
 * Disks that name a volume of a storage pool. Each host's libvirt looks for it in its own pool of
 * that name, and opens whatever it finds there: so the path has to be the same, and what is there
 * is judged like any other file or device.
 */
public final class VolumeChecks {
  private static final Set<String> JUDGED = Set.of("file", "block");

  private VolumeChecks() {}

  /**
   * The disk, as what it is at the source.
   *
   * @param type file, block, ...; of others the destination's libvirt alone knows
   */
  public static Disk located(Disk disk, String type, String path) {
    return DiskBuilder.builder(disk)
        .type(JUDGED.contains(type) ? type : disk.type())
        .path(Bounds.cut(path, Bounds.PATH))
        .uncopyable(disk.uncopyable() == null ? "source volume" : disk.uncopyable())
        .build();
  }

  /** Why the disk is another one here, whatever is at its path; empty: it is not, or unknown. */
  static Optional<String> trouble(Disk disk, Seen seen) {
    var volume = disk.volume();
    if (volume == null) {
      return Optional.empty();
    }
    var path = disk.path();
    if (path == null) {
      return Optional.of("the source's libvirt does not find its volume " + volume);
    }
    var trouble = seen.troubles().get(volume);
    if (trouble != null) {
      return Optional.of("its volume " + volume + ": " + trouble);
    }
    var here = seen.volumes().get(volume);
    if (here == null) {
      return Optional.of("this host's libvirt does not find its volume " + volume);
    }
    return here.equals(path)
        ? Optional.empty()
        : Optional.of("its volume " + volume + " is " + here + " here, at the source " + path);
  }
}
