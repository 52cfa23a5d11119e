package dev.ferryman.lab.chaos;

import static dev.ferryman.lab.Lab.tryOn;

import dev.ferryman.lab.Lab;
import dev.ferryman.lab.QemuLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Compares what a LiveMigration says at its end with what the guest does. */
final class Judge {
  private static final Duration LOOK = Duration.ofMillis(50);

  /** A heartbeat is read at most so long after it was recorded, on a machine that is busy. */
  private static final long LATE_MILLIS = 1_500;

  /** So long a word can be under way: an API server that hangs, and time-outs before a retry. */
  private static final long OLD_NEWS_MILLIS = 30_000;

  private final Settings settings;
  private final Pace pace;
  private final Timeline timeline;
  private final LibvirtWatch libvirt;
  private final Person person;

  Judge(Settings settings, Pace pace, Timeline timeline, LibvirtWatch libvirt, Person person) {
    this.settings = settings;
    this.pace = pace;
    this.timeline = timeline;
    this.libvirt = libvirt;
    this.person = person;
  }

  /** Waits until the guest shows where it is, or that it is dead; a killed one is started again. */
  void judge(Outcome outcome) {
    var guest = outcome.guest();
    if (outcome.isLoss()) {
      judgeLost(outcome);
      return;
    }
    var moment = System.nanoTime();
    while (guest.beats().lastMillis() <= outcome.seen().seenMillis() + LATE_MILLIS) {
      var views = libvirt.since(moment, settings.hosts().size());
      if (!views.isEmpty() && views.stream().noneMatch(view -> hasCopy(view, guest))) {
        judgeDead(outcome, views);
        return;
      }
      if (pace.patienceHasEnded()) {
        timeline.violation("after " + outcome + ": " + guest + " gives no heartbeat");
        return;
      }
      person.look(guest, outcome.source(), outcome.destination(), outcome.orderedMillis());
      LockSupport.parkNanos(LOOK.toNanos());
    }
    judgeAlive(outcome);
  }

  /**
   * Only what was killed while the order was under way may be lost; what is left of it is ended.
   */
  private void judgeLost(Outcome outcome) {
    var guest = outcome.guest();
    if (!guest.wasKilledSince(outcome.orderedMillis())
        && !QemuLog.saysEndedByLibvirt(guest.name())) {
      timeline.violation("false word: nobody killed a half of " + guest + ": " + outcome);
    }
    var moment = System.nanoTime();
    while (!pace.patienceHasEnded()) {
      var views = libvirt.since(moment, settings.hosts().size());
      if (!views.isEmpty()) {
        if (views.stream().noneMatch(view -> hasCopy(view, guest))) {
          judgeDead(outcome, views);
          return;
        }
        person.endWhatIsLeft(guest, outcome.destination());
        moment = System.nanoTime();
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
    timeline.violation("after " + outcome + ": what is left of " + guest + " does not end");
  }

  private void judgeAlive(Outcome outcome) {
    var beats = outcome.guest().beats();
    var host = beats.lastHost();
    if (!outcome.allows(host)) {
      timeline.violation(
          "false word: " + outcome.guest() + " runs on " + host + " after " + outcome);
    }
    var elsewhere = settings.otherThan(host);
    if (beats.lastMillis(elsewhere) > outcome.seen().seenMillis() + LATE_MILLIS) {
      timeline.violation(
          outcome.guest() + " still had a heartbeat on " + elsewhere + " after " + outcome);
    }
  }

  private void judgeDead(Outcome outcome, List<HostView> views) {
    var guest = outcome.guest();
    if (!guest.mayHaveBeenKilled() && !QemuLog.saysEndedByLibvirt(guest.name())) {
      timeline.violation("no copy of " + guest + " runs, and nobody killed it: " + outcome);
    } else if (outcome.isSuccess()
        && guest.killedMillis() < outcome.seen().seenMillis() - OLD_NEWS_MILLIS) {
      timeline.violation("false word: " + guest + " was dead long before " + outcome);
    }
    var homes = views.stream().filter(view -> view.defined().contains(guest.name())).toList();
    if (homes.size() != 1) {
      timeline.violation(
          guest
              + " should be defined on one host and is on "
              + homes.stream().map(HostView::host).toList()
              + " after "
              + outcome);
    }
    if (!homes.isEmpty()) {
      startAgain(guest, homes.get(0).host());
    }
  }

  /** It may be killed again before it has booted, and its libvirtd may be away. */
  private void startAgain(ChaosGuest guest, String host) {
    var kills = guest.kills();
    var before = guest.beats().lastMillis();
    timeline.add(Timeline.Kind.GUEST, guest + " had been killed and is started again on " + host);
    Waiting.await("heartbeats of " + guest + ", started again on " + host)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              if (guest.beats().lastMillis() > before) {
                return true;
              }
              var answer = tryOn(host, "timeout", "30", "virsh", "-q", "start", guest.name());
              if (!isRefused(answer)) {
                guest.mayHaveBeenStarted();
              }
              return false;
            });
    guest.runsAgain(kills);
  }

  /** One that was not heard out can be carried out later, by a libvirtd that hung. */
  private static boolean isRefused(Lab.Result answer) {
    return answer.exitCode() == 1
        && (answer.errors().contains("already active")
            || answer.errors().contains("ailed to connect"));
  }

  private static boolean hasCopy(HostView view, ChaosGuest guest) {
    return view.active().contains(guest.name());
  }
}
