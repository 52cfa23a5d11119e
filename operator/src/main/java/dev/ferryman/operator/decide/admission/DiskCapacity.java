package dev.ferryman.operator.decide.admission;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.livemigration.DiskCopy;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Migration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether the disks that are copied fit on a host, as {@link Capacity} does it for memory: first by
 * what is used, then by what may be at most. Only of those that come to lie in the directory whose
 * figures the host publishes; for each other file system its agent judges alone.
 */
public final class DiskCapacity {
  private static final long GIB = 1L << 30;

  private DiskCapacity() {}

  /**
   * What a move will take.
   *
   * @param now what the images hold
   * @param atMost what they may grow to
   */
  private record Need(long now, long atMost) {
    static final Need NONE = new Need(0, 0);

    static Need of(Migration move, Host host) {
      var destination = move.destination();
      return destination == null
          ? NONE
          : destination.copies().stream()
              .filter(copy -> isCounted(copy, host))
              .map(copy -> new Need(copy.allocatedBytes(), copy.virtualBytes()))
              .reduce(NONE, Need::plus);
    }

    private static boolean isCounted(DiskCopy copy, Host host) {
      return host.status().storage().stream()
          .anyMatch(storage -> copy.path().startsWith(storage.path() + "/"));
    }

    Need plus(Need other) {
      return new Need(now + other.now, atMost + other.atMost);
    }

    long nowGiB() {
      return (now + GIB - 1) / GIB;
    }

    long atMostGiB() {
      return (atMost + GIB - 1) / GIB;
    }
  }

  /**
   * The check, with what other moves claim; empty where no disk comes to lie there.
   *
   * @param moves all of them
   */
  public static Optional<Check> check(Migration migration, Host host, List<Migration> moves) {
    var need = Need.of(migration, host);
    if (need.equals(Need.NONE)) {
      return Optional.empty();
    }
    var claimed =
        Claim.onTheirWayTo(host, moves)
            .filter(move -> !move.uid().equals(migration.uid()))
            .filter(move -> Claim.TAKING_ROOM.contains(move.phase()))
            .map(move -> Need.of(move, host))
            .reduce(Need.NONE, Need::plus);
    return Optional.of(judge(host, need, claimed));
  }

  private static Check judge(Host host, Need need, Need claimed) {
    var total = diskGiB(host.status().total());
    var used = diskGiB(host.status().used());
    var committed = diskGiB(host.status().committed());
    if (total.isEmpty() || used.isEmpty() || committed.isEmpty()) {
      return Check.fail(
          CheckName.DiskSpace,
          Reason.InsufficientDisk,
          host.name(),
          host.name() + " publishes no disk figures");
    }
    var reserved = host.reservedDiskGiB();
    var fitsNow = used.get() + claimed.nowGiB() + need.nowGiB() <= total.get() - reserved;
    var limit = total.get() * host.diskOvercommit() - reserved;
    var fitsAtMost = committed.get() + claimed.atMostGiB() + need.atMostGiB() <= limit;
    if (!fitsNow) {
      return Check.fail(
          CheckName.DiskSpace,
          Reason.InsufficientDisk,
          host.name(),
          sum(used.get(), "used", claimed.nowGiB(), need.nowGiB(), false)
              + String.format(Locale.ROOT, " %d - %d GiB", total.get(), reserved));
    }
    var message =
        sum(committed.get(), "committed", claimed.atMostGiB(), need.atMostGiB(), fitsAtMost)
            + String.format(
                Locale.ROOT, " %d x %s - %d GiB", total.get(), host.diskOvercommit(), reserved);
    return fitsAtMost
        ? Check.pass(CheckName.DiskSpace, host.name(), message)
        : Check.fail(CheckName.DiskSpace, Reason.InsufficientDisk, host.name(), message);
  }

  private static String sum(long have, String kind, long claimed, long need, boolean fits) {
    var claims = claimed == 0 ? "" : " + " + claimed + " claimed";
    return "disk: " + have + " " + kind + claims + " + " + need + (fits ? " <=" : " >");
  }

  private static Optional<Long> diskGiB(@Nullable Resources resources) {
    return Optional.ofNullable(resources == null ? null : resources.diskGiB());
  }
}
