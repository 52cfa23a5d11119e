package dev.ferryman.lab.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * All that is decided at random, drawn beforehand: the same seed gives the same decisions. A longer
 * plan begins like a shorter one.
 *
 * @param faults in the order of their moments
 * @param orders of each guest, one after the other
 */
record Plan(List<PlannedFault> faults, List<List<PlannedOrder>> orders) {

  /**
   * A fault, its moment after the start, and for how long it holds (or, where it has to wait for
   * its opportunity, for how long it waits).
   */
  record PlannedFault(Duration at, Fault fault, Duration held) {}

  /** How an order is taken back. */
  enum TakenBack {
    No,
    Cancelled,
    Deleted
  }

  /**
   * An order to move.
   *
   * @param pause after what came before it
   * @param stays names the host where the guest is
   * @param takenBackAfter counted from the order, whatever has become of it by then
   * @param postCopy whether it goes over to post-copy, of a guest that may
   */
  record PlannedOrder(
      Duration pause,
      boolean stays,
      TakenBack takenBack,
      Duration takenBackAfter,
      boolean postCopy) {}

  static Plan draw(long seed, Duration length, List<String> hosts, int guests) {
    var random = new Random(seed);
    var faults = faults(new Random(random.nextLong()), length, hosts, guests);
    var orders =
        IntStream.range(0, guests)
            .mapToObj(guest -> orders(new Random(random.nextLong()), length))
            .toList();
    return new Plan(faults, orders);
  }

  private static List<PlannedFault> faults(
      Random random, Duration length, List<String> hosts, int guests) {
    var draw = new FaultDraw(random, hosts, guests);
    var faults = new ArrayList<PlannedFault>();
    for (var at = draw.pause(); at.compareTo(length) < 0; at = at.plus(draw.pause())) {
      faults.add(draw.next(at));
    }
    return List.copyOf(faults);
  }

  /** As many as there could be: a move takes a second and more. */
  private static List<PlannedOrder> orders(Random random, Duration length) {
    return IntStream.rangeClosed(0, (int) length.toSeconds())
        .mapToObj(number -> order(random))
        .toList();
  }

  private static PlannedOrder order(Random random) {
    var pause = Duration.ofMillis(random.nextInt(2_000));
    var stays = random.nextInt(16) == 0;
    var kind = random.nextInt(100);
    var takenBack = kind < 12 ? TakenBack.Cancelled : kind < 20 ? TakenBack.Deleted : TakenBack.No;
    var takenBackAfter = Duration.ofMillis(random.nextInt(4_000));
    return new PlannedOrder(pause, stays, takenBack, takenBackAfter, random.nextInt(5) < 4);
  }
}
