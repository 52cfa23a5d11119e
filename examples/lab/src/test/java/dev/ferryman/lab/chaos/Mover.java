package dev.ferryman.lab.chaos;

import static dev.ferryman.lab.Lab.tryLab;

import dev.ferryman.lab.chaos.Plan.PlannedOrder;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** Moves one guest about: orders, waits until the order is over, and has the outcome judged. */
final class Mover {
  private static final Duration LOOK = Duration.ofMillis(50);

  /** What is refused now, since a host is away, is refused a moment later, too. */
  private static final Duration PAUSE_AFTER_REFUSAL = Duration.ofSeconds(3);

  /**
   * What the link carries of a guest in post-copy: so little that faults meet the seconds in which
   * each host has a half of it.
   */
  private static final String NARROW = "80mbit";

  private final Settings settings;
  private final Pace pace;
  private final Timeline timeline;
  private final Migrations migrations;
  private final Person person;
  private final Judge judge;
  private final Summary summary;

  Mover(
      Settings settings,
      Pace pace,
      Timeline timeline,
      Migrations migrations,
      Person person,
      Judge judge,
      Summary summary) {
    this.settings = settings;
    this.pace = pace;
    this.timeline = timeline;
    this.migrations = migrations;
    this.person = person;
    this.judge = judge;
    this.summary = summary;
  }

  /** One order after the other, until the end of the run. */
  void run(ChaosGuest guest, List<PlannedOrder> orders) {
    for (var i = 0; i < orders.size(); i++) {
      if (!pace.pause(orders.get(i).pause())) {
        return;
      }
      var name = String.format(Locale.ROOT, "%s-%03d", guest, i + 1);
      if (!move(guest, name, orders.get(i))) {
        return;
      }
    }
  }

  /** False if it never came to its end. */
  private boolean move(ChaosGuest guest, String name, PlannedOrder planned) {
    var source = guest.beats().lastHost();
    var destination = planned.stays() ? source : settings.otherThan(source);
    timeline.add(Timeline.Kind.ORDER, name + ": from " + source + " to " + destination);
    var orderedMillis = System.currentTimeMillis();
    Orders.move(name, guest.order(destination, planned.postCopy()));
    summary.ordered();
    takeBack(name, planned);
    var slowed = false;
    while (!migrations.get(name).map(Migrations.Seen::isOver).orElse(false)) {
      var stalled = migrations.get(name).filter(seen -> seen.word().stalled()).isPresent();
      if (stalled ? pace.patienceWithStalledHasEnded() : pace.patienceHasEnded()) {
        return false;
      }
      if (!slowed && migrations.get(name).filter(Migrations.Seen::isInPostCopy).isPresent()) {
        slow(source, NARROW);
        slowed = true;
      }
      person.look(guest, source, destination, orderedMillis);
      park();
    }
    if (slowed) {
      slow(source, "none");
    }
    var seen = migrations.get(name).orElseThrow();
    summary.outcome(seen);
    judge.judge(new Outcome(name, guest, source, destination, orderedMillis, seen));
    if (seen.object().getStatus() != null && seen.object().getStatus().source() == null) {
      pace.pause(PAUSE_AFTER_REFUSAL);
    }
    return true;
  }

  private static void slow(String host, String rate) {
    tryLab("link", host, "rate", rate);
  }

  private void takeBack(String name, PlannedOrder planned) {
    if (planned.takenBack() == Plan.TakenBack.No || !pace.pause(planned.takenBackAfter())) {
      return;
    }
    timeline.add(Timeline.Kind.ORDER, name + ": " + planned.takenBack());
    switch (planned.takenBack()) {
      case Cancelled -> Orders.cancel(name);
      case Deleted -> Orders.delete(name);
      case No -> throw new IllegalStateException();
    }
    summary.takenBack(planned.takenBack());
  }

  private static void park() {
    LockSupport.parkNanos(LOOK.toNanos());
  }
}
