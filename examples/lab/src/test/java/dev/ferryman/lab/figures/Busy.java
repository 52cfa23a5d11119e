package dev.ferryman.lab.figures;

import static dev.ferryman.lab.Lab.lab;

import dev.ferryman.crds.livemigration.OnTimeout;
import dev.ferryman.lab.figures.Settings.Host;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Moves a guest that writes faster than the link carries, and lets time decide what becomes of it:
 * it is left where it is, paused for the rest, or goes on at its destination before all of it is
 * there.
 */
final class Busy implements AutoCloseable {
  /** After so long the copying is not left to itself any more. */
  static final int TIMEOUT_SECONDS = 5;

  /** Carries less than the guest writes. */
  private static final String NARROW = "200mbit";

  private static final double NANOS_PER_MILLISECOND = 1e6;

  private final Settings settings;
  private final Ferryman ferryman;
  private final String guest;
  private final Heartbeats heartbeats;

  /** Where the guest is. */
  private Host here;

  /** The same once without Ferryman, one after the other. */
  record Pair(Measurement.Move raw, Measurement.Move ferryman) {
    @Override
    public String toString() {
      return "raw " + raw + ", Ferryman " + ferryman;
    }
  }

  private interface Run {
    double milliseconds();
  }

  private Busy(Settings settings, Ferryman ferryman) {
    this.settings = settings;
    this.ferryman = ferryman;
    this.guest = settings.busyGuest();
    this.heartbeats = new Heartbeats(settings.ticks(guest));
    this.here = settings.first();
  }

  /** Makes the guest, which would disturb whatever else is measured. */
  static Busy start(Settings settings, Ferryman ferryman) {
    if (settings.rounds().busies() > 0) {
      lab(
          "guest",
          "create",
          settings.busyGuest(),
          "--host",
          settings.first().name(),
          "--dirty",
          "64");
    }
    return new Busy(settings, ferryman);
  }

  /** Each way that its move can end, by what is ordered. */
  Map<OnTimeout, List<Pair>> ways() {
    var ways = new EnumMap<OnTimeout, List<Pair>>(OnTimeout.class);
    for (var way : OnTimeout.values()) {
      ways.put(way, pairs(way));
    }
    return ways;
  }

  /** In every other pair Ferryman goes first. */
  private List<Pair> pairs(OnTimeout way) {
    var moves = way != OnTimeout.Abort;
    var pairs = new ArrayList<Pair>();
    for (var i = 1; i <= settings.rounds().busies(); i++) {
      Pair pair;
      if (i % 2 == 1) {
        var first = measured(() -> byVirsh(way), moves);
        pair = new Pair(first, measured(() -> through(way), moves));
      } else {
        var first = measured(() -> through(way), moves);
        pair = new Pair(measured(() -> byVirsh(way), moves), first);
      }
      pairs.add(pair);
      System.err.println("figures: busy guest, " + way + " " + i + ": " + pair);
    }
    return pairs;
  }

  private Measurement.Move measured(Run run, boolean moves) {
    settle();
    lab("link", here.name(), "rate", NARROW);
    var begin = System.currentTimeMillis();
    var milliseconds = run.milliseconds();
    var end = System.currentTimeMillis();
    lab("link", here.name(), "rate", "none");
    if (moves) {
      here = settings.otherThan(here);
    }
    settle();
    return new Measurement.Move(milliseconds, heartbeats.longestGap(begin, end));
  }

  private double byVirsh(OnTimeout way) {
    var there = settings.otherThan(here);
    var seconds = Integer.toString(TIMEOUT_SECONDS);
    var time =
        switch (way) {
          case Abort -> RawMove.abort(settings, guest, here, there, TIMEOUT_SECONDS);
          case Pause ->
              RawMove.run(settings, guest, here, there, "--timeout", seconds, "--timeout-suspend");
          case PostCopy ->
              RawMove.run(
                  settings,
                  guest,
                  here,
                  there,
                  "--postcopy",
                  "--timeout",
                  seconds,
                  "--timeout-postcopy");
        };
    return time.toNanos() / NANOS_PER_MILLISECOND;
  }

  private double through(OnTimeout onTimeout) {
    var order = ferryman.orderOfBusy(guest, settings.otherThan(here), onTimeout, TIMEOUT_SECONDS);
    var end = onTimeout == OnTimeout.Abort ? order.awaitFailure() : order.awaitSuccess();
    ferryman.awaitCleared(order);
    return (end - order.sent()) / NANOS_PER_MILLISECOND;
  }

  /** The guest is at work, and Ferryman knows where. */
  private void settle() {
    ferryman.awaitKnownOn(guest, here, settings.otherThan(here));
    heartbeats.awaitNext();
  }

  @Override
  public void close() {
    if (settings.rounds().busies() > 0) {
      lab("guest", "gapless", guest);
      lab("guest", "delete", guest);
    }
  }
}
