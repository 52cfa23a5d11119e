package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.on;

import java.time.Duration;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * What a guest's only vCPU has made of its time, as its host's libvirt tells: how long it ran, and
 * how long it waited for a CPU that other work on the machine had. The rest of it it slept, which
 * one that is busy does only if it is made to.
 *
 * @param askedNanos when libvirt was asked, as {@link System#nanoTime}
 * @param answeredNanos when it had answered
 */
record VcpuTime(long askedNanos, long answeredNanos, long runNanos, long waitNanos) {
  private static final Duration APART = Duration.ofSeconds(3);

  static VcpuTime of(Guest guest, String host) {
    var asked = System.nanoTime();
    var told = on(host, "virsh", "domstats", guest.name(), "--vcpu");
    return new VcpuTime(
        asked, System.nanoTime(), number(told, "vcpu.0.time"), number(told, "vcpu.0.delay"));
  }

  /** Waits until it sleeps so much of the time that others leave it. */
  static void awaitSleepingAtLeast(double share, Guest guest, String host) {
    await(
        "sleeps at least " + share,
        guest,
        host,
        (now, before) -> now.leastSleptSince(before) >= share);
  }

  /** Waits until it sleeps no more of the time that others leave it. */
  static void awaitSleepingAtMost(double share, Guest guest, String host) {
    await(
        "sleeps at most " + share,
        guest,
        host,
        (now, before) -> now.mostSleptSince(before) <= share);
  }

  private static void await(
      String what, Guest guest, String host, BiPredicate<VcpuTime, VcpuTime> holds) {
    var last = new VcpuTime[] {of(guest, host)};
    Awaitility.await(guest.name() + " " + what)
        .atMost(Duration.ofSeconds(90))
        .pollDelay(APART)
        .pollInterval(APART)
        .until(
            () -> {
              var before = last[0];
              last[0] = of(guest, host);
              return holds.test(last[0], before);
            });
  }

  private double leastSleptSince(VcpuTime before) {
    return sleptSince(before, askedNanos - before.answeredNanos);
  }

  private double mostSleptSince(VcpuTime before) {
    return sleptSince(before, answeredNanos - before.askedNanos);
  }

  private double sleptSince(VcpuTime before, long passed) {
    var ran = runNanos - before.runNanos;
    var slept = Math.max(0, passed - ran - (waitNanos - before.waitNanos));
    return (double) slept / (slept + ran);
  }

  private static long number(String told, String name) {
    var line = Pattern.compile(Pattern.quote(name) + "=(\\d+)").matcher(told);
    if (!line.find()) {
      throw new AssertionError("no " + name + " in " + told);
    }
    return Long.parseLong(line.group(1));
  }
}
