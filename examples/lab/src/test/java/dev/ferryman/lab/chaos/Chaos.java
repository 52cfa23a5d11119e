package dev.ferryman.lab.chaos;

import static dev.ferryman.lab.Lab.lab;

import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.lab.Api;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;

/** The program behind {@code lab chaos}. */
public final class Chaos {
  private static final int GUESTS = 3;

  private final Settings settings;
  private final Timeline timeline = new Timeline();
  private final Summary summary = new Summary();
  private final List<ChaosGuest> guests;

  private Chaos(Settings settings) {
    this.settings = settings;
    this.guests =
        IntStream.rangeClosed(1, GUESTS)
            .mapToObj(number -> new ChaosGuest(number, settings))
            .toList();
  }

  /** Ends with 1 if anything was not as it must be. */
  public static void main(String[] arguments) {
    var exitCode = 1;
    try {
      exitCode = new Chaos(Settings.parse(arguments)).run() ? 0 : 1;
    } catch (ConditionTimeoutException e) {
      say(e.getMessage());
    } catch (RuntimeException | AssertionError e) {
      e.printStackTrace();
    }
    System.exit(exitCode); // whatever threads of libvirt and of the client are left
  }

  private boolean run() {
    say(
        "seed "
            + settings.seed()
            + ", "
            + settings.length().toSeconds()
            + " s, disks "
            + settings.disks());
    prepare();
    if (!timeline.violations().isEmpty()) {
      return false; // there are not even guests
    }
    timeline.begin();
    var plan = Plan.draw(settings.seed(), settings.length(), settings.hostNames(), GUESTS);
    var pace = new Pace(settings.length());
    var migrations = Migrations.watch(timeline);
    var libvirt = new LibvirtWatch(settings.hosts(), timeline);
    var killer = new QemuKiller(pace, timeline, migrations, guests);
    var hang = new SwitchoverHang(settings, pace, timeline, migrations);
    var injector = new Injector(settings, pace, timeline, killer, hang);
    var person = new Person(timeline);
    var judge = new Judge(settings, pace, timeline, libvirt, person);
    var mover = new Mover(settings, pace, timeline, migrations, person, judge, summary);

    Background.repeat(
        "beats", Duration.ofMillis(20), () -> guests.forEach(guest -> guest.beats().read()));
    Background.repeat("progress", Duration.ofSeconds(5), () -> progress(injector));
    var movers = new ArrayList<Thread>();
    for (var i = 0; i < GUESTS; i++) {
      var guest = guests.get(i);
      var orders = plan.orders().get(i);
      movers.add(Background.run("mover-of-" + guest, timeline, () -> mover.run(guest, orders)));
    }
    injector.run(plan.faults());
    pace.pause(settings.length());
    pace.end();
    say("mending everything");
    injector.mendAll();
    pace.mended();
    say("waiting for the last outcomes");
    movers.forEach(Background::join);
    say("checking");
    new EndCheck(settings, timeline, libvirt, guests).check();
    report(injector);
    return timeline.violations().isEmpty();
  }

  private void prepare() {
    var orders = Api.CLIENT.resources(LiveMigration.class);
    orders.list().getItems().stream()
        .filter(order -> order.getMetadata().getName().startsWith(ChaosGuest.PREFIX))
        .forEach(order -> Orders.delete(order.getMetadata().getName()));
    Waiting.await(
            "end of the orders of an earlier run (if one waits for a person: lab down, lab up)")
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                orders.list().getItems().stream()
                    .noneMatch(
                        order -> order.getMetadata().getName().startsWith(ChaosGuest.PREFIX)));
    var creators = new ArrayList<Thread>();
    for (var i = 0; i < GUESTS; i++) {
      var guest = guests.get(i);
      var host = settings.hostNames().get(i % settings.hosts().size());
      creators.add(Background.run("creator-of-" + guest, timeline, () -> create(guest, host)));
    }
    creators.forEach(Background::join);
  }

  private static void create(ChaosGuest guest, String host) {
    var command = new ArrayList<>(List.of("guest", "create", guest.name(), "--host", host));
    command.addAll(guest.options());
    lab(command.toArray(String[]::new));
    Waiting.await("Instance " + guest).until(() -> Api.hostOf(guest.name()).equals(host));
    guest.beats().read();
  }

  private void progress(Injector injector) {
    for (var guest : guests) {
      Stretch.saidTwice(guest.beats().stretches()).stream()
          .map(what -> guest + ": " + what)
          .filter(
              what ->
                  timeline.violations().stream()
                      .noneMatch(said -> said.startsWith(guest + ": two")))
          .forEach(timeline::violation);
    }
    say(
        String.format(
            Locale.ROOT,
            "%4d s: %s; now broken: %s",
            timeline.elapsed().toSeconds(),
            summary.line(),
            injector.now().isEmpty() ? "nothing" : String.join(", ", injector.now())));
  }

  private void report(Injector injector) {
    var violations = timeline.violations();
    if (!violations.isEmpty()) {
      timeline.print(System.out);
    }
    System.out.printf(
        Locale.ROOT,
        "seed       %d%nduration   %d s%norders     %d: %s%npost-copy  %d%ntaken back %s%nfaults   "
            + "  %s%nguests     %s%nviolations %d%n",
        settings.seed(),
        timeline.elapsed().toSeconds(),
        summary.count(),
        summary.outcomes(),
        summary.split(),
        summary.takenBack(),
        Summary.list(injector.counts()),
        guests.stream().map(ChaosGuest::facts).toList(),
        violations.size());
    violations.forEach(violation -> System.out.println("  " + violation));
  }

  private static void say(String what) {
    System.err.println("chaos: " + what);
  }
}
