package dev.ferryman.agent.decide;

import dev.ferryman.crds.livemigration.DiskIdentity;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether what two hosts have under one path is the same device, or the same content. */
final class SameImage {
  private static final int DIGITS = 8;

  /** Paths that udev or a driver makes of the target itself: the same path is the same volume. */
  private static final Pattern NAMES_ITS_TARGET =
      Pattern.compile(
          "/dev/disk/by-path/.*(-iscsi-|-fc-0x).*"
              + "|/dev/etherd/e\\d+\\.\\d+(p\\d+)?"
              + "|/dev/disk/by-id/(wwn-|scsi-3|dm-uuid-).*"
              + "|/dev/mapper/3[0-9a-f]{16,32}");

  private SameImage() {}

  /** What is known of it. */
  enum Finding {
    Proven,
    /** Nothing says that it is another; nothing proves that it is the same. */
    Unproven,
    OtherSize,
    OtherId,
    OtherContent;

    boolean isOther() {
      return this != Proven && this != Unproven;
    }
  }

  /**
   * Judges a block device.
   *
   * @param written whether the guest writes to it: then one piece of it may have changed between
   *     the two hosts' looks
   */
  static Finding device(
      String path, @Nullable DiskIdentity there, DiskIdentity here, boolean written) {
    var named = NAMES_ITS_TARGET.matcher(path).matches();
    if (there == null) {
      return named ? Finding.Proven : Finding.Unproven;
    }
    if (!there.sizeBytes().equals(here.sizeBytes())) {
      return Finding.OtherSize;
    }
    var common = kinds(there);
    common.retainAll(kinds(here));
    if (common.stream().anyMatch(kind -> !sharesOne(kind, there, here))) {
      return Finding.OtherId;
    }
    if (!common.isEmpty()) {
      return Finding.Proven;
    }
    if (differing(there.head(), here.head()) > (written ? 1 : 0)) {
      return Finding.OtherContent;
    }
    return named ? Finding.Proven : Finding.Unproven;
  }

  /** Judges a file that nobody writes to, in directories that are not shared. */
  static Finding file(@Nullable DiskIdentity there, DiskIdentity here) {
    if (there == null) {
      return Finding.Unproven;
    }
    if (!there.sizeBytes().equals(here.sizeBytes())) {
      return Finding.OtherSize;
    }
    return differing(there.head(), here.head()) > 0 ? Finding.OtherContent : Finding.Unproven;
  }

  private static Set<String> kinds(DiskIdentity identity) {
    return identity.ids().stream()
        .map(id -> id.substring(0, Math.max(0, id.indexOf(':'))))
        .collect(Collectors.toSet());
  }

  private static boolean sharesOne(String kind, DiskIdentity there, DiskIdentity here) {
    return there.ids().stream()
        .filter(id -> id.startsWith(kind + ":"))
        .anyMatch(here.ids()::contains);
  }

  /** How many pieces differ; none where one host could not read them. */
  private static int differing(@Nullable String there, @Nullable String here) {
    if (there == null || here == null) {
      return 0;
    }
    var count = Math.abs(there.length() - here.length()) / DIGITS;
    for (var at = 0; at + DIGITS <= Math.min(there.length(), here.length()); at += DIGITS) {
      if (!there.regionMatches(at, here, at, DIGITS)) {
        count++;
      }
    }
    return count;
  }
}
