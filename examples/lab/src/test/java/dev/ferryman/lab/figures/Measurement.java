package dev.ferryman.lab.figures;

import dev.ferryman.crds.livemigration.Switchover;
import dev.ferryman.lab.figures.Settings.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.libvirt.LibvirtException;

/** Moves the guest back and forth and measures each move. The lab settles between moves. */
final class Measurement {
  private static final int WARM_UP = 6;
  private static final double NANOS_PER_MILLISECOND = 1e6;

  private final Settings settings;
  private final Ferryman ferryman;
  private final Map<Host, HostLibvirt> libvirt;
  private final Heartbeats heartbeats;

  /** Where the guest is. */
  private Host here;

  /**
   * What Ferryman adds to a move, in milliseconds.
   *
   * @param before from sending the order until the source's libvirt has the job
   * @param job from there to its end
   * @param after from there until success is seen
   */
  record Overhead(double before, double job, double after) {
    double sum() {
      return before + after;
    }

    @Override
    public String toString() {
      return String.format(
          "%.0f ms before libvirt's job, %.0f ms of it, %.0f ms after it", before, job, after);
    }
  }

  /**
   * A move as its user sees it, in milliseconds.
   *
   * @param downtime the longest time without a heartbeat of the guest
   */
  record Move(double total, double downtime) {
    @Override
    public String toString() {
      return String.format("%.0f ms (heartbeat gap %.0f ms)", total, downtime);
    }
  }

  /** The same move twice, once without Ferryman, one after the other. */
  record Pair(Move raw, Move ferryman) {
    double totalRatio() {
      return ferryman.total() / raw.total();
    }

    double downtimeRatio() {
      return ferryman.downtime() / raw.downtime();
    }
  }

  /** The same move with both kinds of switch-over. */
  record Switchovers(Move fast, Move strict) {
    double difference() {
      return strict.downtime() - fast.downtime();
    }
  }

  Measurement(Settings settings, Ferryman ferryman, Map<Host, HostLibvirt> libvirt) {
    this.settings = settings;
    this.ferryman = ferryman;
    this.libvirt = libvirt;
    this.heartbeats = new Heartbeats(settings.ticks(settings.guest()));
    this.here = settings.first();
  }

  /**
   * The first moves are not counted: they load classes and fill caches everywhere, this program's
   * too, and each agent has to be source and destination a few times until Java has compiled what
   * it runs.
   *
   * @return what Ferryman added to each of them
   */
  List<Overhead> warmUp() throws LibvirtException {
    settle();
    var first = new ArrayList<Overhead>();
    while (first.size() < WARM_UP) {
      first.add(overhead());
      say("not counted: " + first.get(first.size() - 1));
    }
    say("not counted: raw " + rawMove());
    return first;
  }

  List<Overhead> overheads() throws LibvirtException {
    var overheads = new ArrayList<Overhead>();
    for (var i = 1; i <= settings.rounds().moves(); i++) {
      overheads.add(overhead());
      say("move " + i + ": " + overheads.get(i - 1));
    }
    return overheads;
  }

  /** How long it takes, in milliseconds, until an order that only checks has its verdict. */
  List<Double> verdicts() {
    var verdicts = new ArrayList<Double>();
    for (var i = 1; i <= settings.rounds().verdicts(); i++) {
      var order = ferryman.orderOfCheck(settings.guest(), settings.otherThan(here));
      verdicts.add((order.awaitSuccess() - order.sent()) / NANOS_PER_MILLISECOND);
      ferryman.awaitCleared(order);
      say(String.format("check %d: %.0f ms", i, verdicts.get(i - 1)));
    }
    return verdicts;
  }

  /** In every other pair Ferryman goes first, so both go in both directions. */
  List<Pair> pairs() throws LibvirtException {
    var pairs = new ArrayList<Pair>();
    for (var i = 1; i <= settings.rounds().pairs(); i++) {
      Pair pair;
      if (i % 2 == 1) {
        var raw = rawMove();
        pair = new Pair(raw, ferrymanMove(Switchover.Auto));
      } else {
        var through = ferrymanMove(Switchover.Auto);
        pair = new Pair(rawMove(), through);
      }
      pairs.add(pair);
      say("pair " + i + ": raw " + pair.raw() + ", Ferryman " + pair.ferryman());
    }
    return pairs;
  }

  /** The same guest, handed over in both ways; each goes first in every other pair. */
  List<Switchovers> switchovers() throws LibvirtException {
    var switchovers = new ArrayList<Switchovers>();
    for (var i = 1; i <= settings.rounds().switchovers(); i++) {
      Switchovers both;
      if (i % 2 == 1) {
        var fast = ferrymanMove(Switchover.Fast);
        both = new Switchovers(fast, ferrymanMove(Switchover.Strict));
      } else {
        var strict = ferrymanMove(Switchover.Strict);
        both = new Switchovers(ferrymanMove(Switchover.Fast), strict);
      }
      switchovers.add(both);
      say("switch-overs " + i + ": Fast " + both.fast() + ", Strict " + both.strict());
    }
    return switchovers;
  }

  private Overhead overhead() throws LibvirtException {
    var source = libvirt.get(here);
    var start = source.nextJobStart();
    var end = source.nextJobEnd();
    try {
      var order = ferryman.order(settings.guest(), settings.otherThan(here), Switchover.Auto);
      var succeeded = order.awaitSuccess();
      var started = Waiting.get(start, "libvirt's job on " + here);
      var ended = Waiting.get(end, "the end of libvirt's job on " + here);
      ferryman.awaitCleared(order);
      arrived();
      return new Overhead(
          milliseconds(order.sent(), started),
          milliseconds(started, ended),
          milliseconds(ended, succeeded));
    } finally {
      start.cancel(false);
    }
  }

  private Move ferrymanMove(Switchover switchover) throws LibvirtException {
    var begin = System.currentTimeMillis();
    var order = ferryman.order(settings.guest(), settings.otherThan(here), switchover);
    var succeeded = order.awaitSuccess();
    var end = System.currentTimeMillis();
    ferryman.awaitCleared(order);
    arrived();
    return new Move(milliseconds(order.sent(), succeeded), heartbeats.longestGap(begin, end));
  }

  private Move rawMove() throws LibvirtException {
    var begin = System.currentTimeMillis();
    var took = RawMove.run(settings, settings.guest(), here, settings.otherThan(here));
    var end = System.currentTimeMillis();
    arrived();
    return new Move(took.toNanos() / NANOS_PER_MILLISECOND, heartbeats.longestGap(begin, end));
  }

  private void arrived() throws LibvirtException {
    here = settings.otherThan(here);
    settle();
  }

  /** The next move finds the guest at work, libvirt idle, and Ferryman knowing where things are. */
  private void settle() throws LibvirtException {
    var there = here;
    ferryman.awaitKnownOn(settings.guest(), there, settings.otherThan(there));
    Waiting.await("the end of jobs on " + there).until(() -> libvirt.get(there).isGuestIdle());
    heartbeats.awaitNext();
  }

  private static double milliseconds(long from, long to) {
    return (to - from) / NANOS_PER_MILLISECOND;
  }

  private static void say(String what) {
    System.err.println("figures: " + what);
  }
}
