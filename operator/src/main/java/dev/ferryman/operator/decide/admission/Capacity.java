package dev.ferryman.operator.decide.admission;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.hostresource.HugePagePool;
import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.operator.decide.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether an instance fits on a host: first by what the host measures, then by what its instances
 * may use at most, times the overcommit (Nova 2011, assert_compute_node_has_enough_resources, and
 * its allocation ratios).
 */
final class Capacity {
  private Capacity() {}

  /**
   * All checks; {@code claimed} is on its way to the host but not in its figures yet. Of huge pages
   * there is one for a guest that needs some.
   */
  static List<Check> checks(Host host, Claim need, Claim claimed) {
    var checks = new ArrayList<Check>();
    checks.add(vcpus(host, need, claimed));
    checks.add(memory(host, need, claimed));
    if (!need.hugepages().isEmpty()) {
      checks.add(hugepages(host, need, claimed));
    }
    return List.copyOf(checks);
  }

  /** The checks of this list that fail only because of what other moves have claimed. */
  static Optional<Check> heldByClaims(Host host, Claim need, Claim claimed) {
    var alone = checks(host, need, Claim.NONE);
    if (alone.stream().anyMatch(c -> c.outcome() == CheckOutcome.Fail)) {
      return Optional.empty();
    }
    return Checks.firstFailed(checks(host, need, claimed));
  }

  /**
   * MiB that the host may still give away beside {@code taken}: the lesser of what it measures as
   * free and what it may commit to.
   */
  static double freeMemoryMiB(Host host, Claim taken) {
    var total = zero(orEmpty(host.status().total()).memoryMiB());
    var used = zero(orEmpty(host.status().used()).memoryMiB());
    var committed = zero(orEmpty(host.status().committed()).memoryMiB());
    return Math.min(total - used, total * host.memoryOvercommit() - committed)
        - host.reservedMemoryMiB()
        - taken.memoryMiB();
  }

  /** vCPUs that the host may still commit to beside {@code taken}. */
  static double freeVCPUs(Host host, Claim taken) {
    return zero(orEmpty(host.status().total()).vcpus()) * host.cpuOvercommit()
        - zero(orEmpty(host.status().committed()).vcpus())
        - host.reservedVCPUs()
        - taken.vcpus();
  }

  private static double zero(@Nullable Number number) {
    return number == null ? 0 : number.doubleValue();
  }

  private static Check vcpus(Host host, Claim need, Claim claimed) {
    var total = orEmpty(host.status().total()).vcpus();
    var committed = orEmpty(host.status().committed()).vcpus();
    if (total == null || committed == null) {
      return unknown(CheckName.VCPUs, Reason.InsufficientVCPUs, host, "vCPU");
    }
    double limit = total * host.cpuOvercommit() - host.reservedVCPUs();
    boolean fits = committed + claimed.vcpus() + need.vcpus() <= limit;
    var message =
        sum("vCPUs", committed, "committed", claimed.vcpus(), need.vcpus(), fits)
            + String.format(
                Locale.ROOT, " %d x %s - %d", total, host.cpuOvercommit(), host.reservedVCPUs());
    return result(CheckName.VCPUs, Reason.InsufficientVCPUs, host, fits, message);
  }

  private static Check memory(Host host, Claim need, Claim claimed) {
    var total = orEmpty(host.status().total()).memoryMiB();
    var used = orEmpty(host.status().used()).memoryMiB();
    var committed = orEmpty(host.status().committed()).memoryMiB();
    if (total == null || used == null || committed == null) {
      return unknown(CheckName.Memory, Reason.InsufficientMemory, host, "memory");
    }
    long reserved = host.reservedMemoryMiB();
    boolean fitsNow = used + claimed.memoryMiB() + need.memoryMiB() <= total - reserved;
    double limit = total * host.memoryOvercommit() - reserved;
    boolean fitsAtMost = committed + claimed.memoryMiB() + need.memoryMiB() <= limit;
    var message =
        !fitsNow || fitsAtMost
            ? sum("memory", used, "used", claimed.memoryMiB(), need.memoryMiB(), fitsNow)
                + String.format(Locale.ROOT, " %d - %d MiB", total, reserved)
            : sum("memory", committed, "committed", claimed.memoryMiB(), need.memoryMiB(), false)
                + String.format(
                    Locale.ROOT, " %d x %s - %d MiB", total, host.memoryOvercommit(), reserved);
    return result(
        CheckName.Memory, Reason.InsufficientMemory, host, fitsNow && fitsAtMost, message);
  }

  /** They are set aside by the host's administrator, so nothing is overcommitted or reserved. */
  private static Check hugepages(Host host, Claim need, Claim claimed) {
    var sums = new ArrayList<String>();
    boolean fits = true;
    for (var size : need.hugepages().keySet()) {
      var pool =
          host.status().hugepages().stream().filter(p -> p.sizeKiB().equals(size)).findFirst();
      long free = pool.map(HugePagePool::free).orElse(0L);
      long claims = claimed.pages(size);
      boolean fit = claims + need.pages(size) <= free;
      fits &= fit;
      sums.add(
          (claims == 0 ? "" : claims + " claimed + ")
              + need.pages(size)
              + (fit ? " <= " : " > ")
              + free
              + " free of "
              + pool.map(HugePagePool::total).orElse(0L)
              + " pages of "
              + size
              + " KiB");
    }
    return result(
        CheckName.HugePages,
        Reason.InsufficientHugePages,
        host,
        fits,
        "huge pages: " + String.join(", ", sums));
  }

  private static String sum(
      String what, long have, String kind, long claimed, long need, boolean fits) {
    var claims = claimed == 0 ? "" : " + " + claimed + " claimed";
    return what + ": " + have + " " + kind + claims + " + " + need + (fits ? " <=" : " >");
  }

  private static Check result(
      CheckName name, Reason reason, Host host, boolean fits, String message) {
    return fits
        ? Check.pass(name, host.name(), message)
        : Check.fail(name, reason, host.name(), message);
  }

  private static Check unknown(CheckName name, Reason reason, Host host, String what) {
    return Check.fail(
        name, reason, host.name(), host.name() + " publishes no " + what + " figures");
  }

  private static Resources orEmpty(@Nullable Resources resources) {
    return resources == null ? new Resources(null, null, null) : resources;
  }
}
