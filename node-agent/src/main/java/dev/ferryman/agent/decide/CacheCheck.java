package dev.ferryman.agent.decide;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.Disk;
import dev.ferryman.crds.livemigration.Needs;
import java.util.Set;

/**
 * Whether a host's page cache may hold what a disk no longer holds, or not yet: libvirt's own rule
 * (qemuMigrationSrcIsSafe), so that libvirt does not refuse after all is prepared. Where libvirt
 * relies on what carries the disk (a cluster file system, a network protocol), this does not.
 */
public final class CacheCheck {
  private static final Set<String> UNCACHED = Set.of("none", "directsync");

  /** QEMU 4.0 drops the cache of files and devices when it hands them over (drop-cache). */
  private static final int QEMU_DROPS_CACHE = 4;

  private CacheCheck() {}

  /**
   * Judges the disks that the instance writes to.
   *
   * @param qemu version of the source's QEMU, dotted
   */
  public static Check judge(Needs needs, String host, String qemu) {
    var cached =
        needs.disks().stream().filter(CacheCheck::isCached).map(CacheCheck::named).toList();
    if (cached.isEmpty()) {
      return Check.pass(
          CheckName.DiskCache, host, "no disk is written through a host's page cache");
    }
    return dropsCache(qemu)
        ? Check.pass(
            CheckName.DiskCache, host, "QEMU " + qemu + " drops the page cache of " + cached)
        : Check.fail(
            CheckName.DiskCache,
            Reason.UnsafeCacheMode,
            host,
            "QEMU "
                + qemu
                + " leaves what it has cached of "
                + cached
                + "; safe are the cache modes none and directsync");
  }

  /** RBD has a cache of its own, which QEMU flushes. */
  private static boolean isCached(Disk disk) {
    var cache = disk.cache();
    return !Boolean.TRUE.equals(disk.readOnly())
        && (disk.path() != null || !disk.servers().isEmpty())
        && !"rbd".equals(disk.protocol())
        && (cache == null || !UNCACHED.contains(cache));
  }

  private static String named(Disk disk) {
    return disk.target() + " (" + (disk.cache() == null ? "default" : disk.cache()) + ")";
  }

  private static boolean dropsCache(String version) {
    try {
      return Integer.parseInt(version.split("\\.", 2)[0]) >= QEMU_DROPS_CACHE;
    } catch (NumberFormatException unknown) {
      return false;
    }
  }
}
