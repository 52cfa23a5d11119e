package dev.ferryman.agent.storage;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A mounted file system (proc(5), mountinfo).
 *
 * @param type as in /proc/mounts, e.g. ext4, nfs4, fuse.glusterfs
 * @param options of the mount and of the file system
 */
public record Mount(String id, Path point, String type, Set<String> options) {
  /** File systems that several hosts mount at once. */
  private static final Set<String> SHARED =
      Set.of(
          "nfs",
          "nfs4",
          "cifs",
          "smb3",
          "glusterfs",
          "fuse.glusterfs",
          "ceph",
          "fuse.ceph",
          "fuse.ceph-fuse",
          "fuse.quobyte",
          "gpfs",
          "ocfs2",
          "gfs2",
          "lustre",
          "beegfs",
          "fuse.moosefs",
          "fuse.lizardfs",
          "fuse.juicefs",
          "fuse.sshfs",
          "9p",
          "virtiofs",
          "afs",
          "orangefs",
          "fuse.orangefs",
          "fuse.beegfs");

  /** By these options the kernel grants locks that no other host sees (nfs(5), ocfs2, gfs2). */
  private static final Set<String> LOCAL_LOCKS =
      Set.of("nolock", "local_lock=all", "local_lock=posix", "localflocks");

  /** The mounts of a mountinfo file; what cannot be read of it is left out. */
  public static List<Mount> parse(String mountinfo) {
    return mountinfo.lines().flatMap(line -> parseLine(line).stream()).toList();
  }

  /** Fields: id parent device root point options [tags...] - type source superOptions. */
  private static Optional<Mount> parseLine(String line) {
    var separator = line.indexOf(" - ");
    if (separator < 0) {
      return Optional.empty();
    }
    var left = line.substring(0, separator).split(" ", -1);
    var right = line.substring(separator + 3).split(" ", -1);
    if (left.length < 6 || right.length < 1) {
      return Optional.empty();
    }
    var options =
        Stream.concat(
                Stream.of(left[5].split(",", -1)),
                right.length < 3 ? Stream.of() : Stream.of(right[2].split(",", -1)))
            .collect(Collectors.toUnmodifiableSet());
    return Optional.of(new Mount(left[0], Path.of(unescape(left[4])), right[0], options));
  }

  /** The kernel writes blank, tab, newline and backslash as three octal digits. */
  private static String unescape(String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    var out = new ByteArrayOutputStream(bytes.length);
    for (var i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\\' && i + 3 < bytes.length) {
        out.write((bytes[i + 1] - '0') * 64 + (bytes[i + 2] - '0') * 8 + (bytes[i + 3] - '0'));
        i += 3;
      } else {
        out.write(bytes[i]);
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  /** The mount that holds the path; of several on one point the last covers the others. */
  public static Optional<Mount> of(Path path, List<Mount> mounts) {
    var length = Comparator.comparingInt((Mount mount) -> mount.point().getNameCount());
    return mounts.stream()
        .filter(mount -> path.startsWith(mount.point()))
        .reduce((a, b) -> length.compare(a, b) > 0 ? a : b);
  }

  /** Whether it is of a type that several hosts mount at once. */
  public boolean shared() {
    return SHARED.contains(type);
  }

  /** Whether a lock that is granted here holds on the other hosts too. */
  public boolean locksReachOthers() {
    return options.stream().noneMatch(LOCAL_LOCKS::contains);
  }
}
