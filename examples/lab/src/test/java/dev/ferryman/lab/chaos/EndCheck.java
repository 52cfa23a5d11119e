package dev.ferryman.lab.chaos;

import static dev.ferryman.lab.Lab.lab;
import static dev.ferryman.lab.Lab.tryLab;

import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.lab.Api;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionTimeoutException;

/**
 * When all is mended and has settled: nothing is lost, nothing is left, and what waits has a
 * reason.
 */
final class EndCheck {
  private final Settings settings;
  private final Timeline timeline;
  private final LibvirtWatch libvirt;
  private final List<ChaosGuest> guests;

  EndCheck(Settings settings, Timeline timeline, LibvirtWatch libvirt, List<ChaosGuest> guests) {
    this.settings = settings;
    this.timeline = timeline;
    this.libvirt = libvirt;
    this.guests = guests;
  }

  void check() {
    for (var host : settings.hostNames()) {
      must(
          host + " is not schedulable again",
          () -> Boolean.TRUE.equals(Api.host(host).getStatus().schedulable()));
    }
    var views = look();
    var waiting = checkMigrations(views);
    for (var guest : guests) {
      checkBeats(guest);
      if (!waiting.contains(guest.name())) {
        checkPlace(guest, views);
        checkDisk(guest);
      }
    }
    checkLeftovers(views);
  }

  private List<HostView> look() {
    var now = System.nanoTime();
    var views = new ArrayList<HostView>();
    must(
        "libvirt does not answer on every host",
        () -> views.addAll(libvirt.since(now, settings.hosts().size())));
    return views;
  }

  /** Returns the instances of those that are not over. */
  private HashSet<String> checkMigrations(List<HostView> views) {
    var instances = new HashSet<String>();
    for (var migration : Api.CLIENT.resources(LiveMigration.class).list().getItems()) {
      var instance = migration.getSpec().instance();
      var word = Word.of(migration);
      var running = views.stream().filter(view -> view.running().contains(instance)).count();
      var copies = views.stream().filter(view -> view.active().contains(instance)).count();
      if (word.isTerminal() && !word.cleared()) {
        timeline.violation("labels or finalizers are left on " + migration.getFullResourceName());
      } else if (!word.isTerminal()) {
        instances.add(instance);
        var name = migration.getMetadata().getName();
        if (Waits.isTrue(word, running, copies)) {
          timeline.add(Timeline.Kind.PHASE, name + " waits for a person, truthfully: " + word);
          System.err.println("chaos: " + name + " waits for a person, truthfully: " + word);
        } else {
          timeline.violation(
              name + " has no end: " + word + "; running: " + running + ", copies: " + copies);
        }
      }
    }
    return instances;
  }

  private void checkPlace(ChaosGuest guest, List<HostView> views) {
    var name = guest.name();
    var running = views.stream().filter(view -> view.running().contains(name)).toList();
    var active = views.stream().filter(view -> view.active().contains(name)).toList();
    var defined = views.stream().filter(view -> view.defined().contains(name)).toList();
    if (running.size() != 1 || !running.equals(active) || !running.equals(defined)) {
      timeline.violation(
          name
              + " should run on one host, and be defined there alone. Running: "
              + hosts(running)
              + ", with a QEMU: "
              + hosts(active)
              + ", defined: "
              + hosts(defined));
    } else {
      var host = running.get(0).host();
      must(
          "the Instance " + name + " is not said to be on " + host,
          () -> Api.hostOf(name).equals(host));
    }
  }

  private static List<String> hosts(List<HostView> views) {
    return views.stream().map(HostView::host).toList();
  }

  private void checkBeats(ChaosGuest guest) {
    var stretches = guest.beats().stretches();
    Stretch.saidTwice(stretches).forEach(what -> timeline.violation(guest + ": " + what));
    Stretch.missing(stretches).forEach(what -> timeline.violation(guest + ": " + what));
    var runs = stretches.stream().map(Stretch::run).distinct().count();
    if (runs > guest.starts()) {
      timeline.violation(
          guest + " has booted " + runs + " times, and was started " + guest.starts() + " times");
    }
  }

  /** One that has just booted still has sectors of its earlier run on the disk, for some time. */
  private void checkDisk(ChaosGuest guest) {
    must(
        "writes are lost: " + tryLab("guest", "check-disk", guest.name()).errors().strip(),
        () -> tryLab("guest", "check-disk", guest.name()).exitCode() == 0);
  }

  private void checkLeftovers(List<HostView> views) {
    var known = List.of(lab("guest", "list").split("\\s+"));
    for (var view : views) {
      var all = new HashSet<>(view.defined());
      all.addAll(view.active());
      all.stream()
          .filter(name -> !known.contains(name))
          .forEach(name -> timeline.violation("stray domain " + name + " on " + view.host()));
      Leftovers.markers(view.host()).forEach(timeline::violation);
      Leftovers.orphans(view).forEach(timeline::violation);
    }
  }

  private void must(String whatIfNot, Callable<Boolean> condition) {
    try {
      Waiting.await(whatIfNot).atMost(java.time.Duration.ofSeconds(60)).until(condition);
    } catch (ConditionTimeoutException e) {
      timeline.violation(whatIfNot);
    }
  }
}
