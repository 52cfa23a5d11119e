package dev.ferryman.lab.chaos;

import static dev.ferryman.lab.Lab.tryLab;

import dev.ferryman.lab.chaos.Plan.PlannedFault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Makes faults, each at its time, and mends them again. */
final class Injector {
  private final Settings settings;
  private final Pace pace;
  private final Timeline timeline;
  private final QemuKiller killer;
  private final SwitchoverHang switchoverHang;

  /** Faults of one target come one after the other. */
  private final Map<String, ExecutorService> targets = new ConcurrentHashMap<>();

  private final Map<String, Integer> counts = new TreeMap<>();
  private final Map<String, String> now = new ConcurrentHashMap<>();

  Injector(
      Settings settings,
      Pace pace,
      Timeline timeline,
      QemuKiller killer,
      SwitchoverHang switchoverHang) {
    this.settings = settings;
    this.pace = pace;
    this.timeline = timeline;
    this.killer = killer;
    this.switchoverHang = switchoverHang;
  }

  /** Until the end of the run. */
  void run(List<PlannedFault> faults) {
    for (var planned : faults) {
      if (!pace.until(planned.at())) {
        return;
      }
      onTarget(planned.fault().target(), () -> inject(planned));
      superviseDaemons();
    }
  }

  private void onTarget(String target, Runnable work) {
    targets
        .computeIfAbsent(
            target, name -> Executors.newSingleThreadExecutor(task -> daemon(task, name)))
        .execute(
            () -> {
              try {
                work.run();
              } catch (RuntimeException | AssertionError e) {
                timeline.violation("the chaos itself failed at " + target + ": " + e);
              }
            });
  }

  private static Thread daemon(Runnable task, String name) {
    var thread = new Thread(task, "fault-" + name);
    thread.setDaemon(true);
    return thread;
  }

  private void inject(PlannedFault planned) {
    if (pace.isOver()) {
      return;
    }
    var fault = planned.fault();
    var held = planned.held();
    if (fault instanceof Fault.Kill kill) {
      var service = kill.service();
      hold("kill", fault, held, service.command("kill"));
      start(service);
    } else if (fault instanceof Fault.Freeze freeze) {
      var service = freeze.service();
      hold("freeze", fault, held, service.command("stop"));
      mend(fault, service.command("continue"));
    } else if (fault instanceof Fault.Cut cut) {
      hold("cut", fault, held, "link", cut.host(), "down");
      mend(fault, "link", cut.host(), "up");
    } else if (fault instanceof Fault.Slow slow) {
      hold("slow", fault, held, "link", slow.host(), "rate", slow.megabits() + "mbit");
      mend(fault, "link", slow.host(), "rate", "none");
    } else if (fault instanceof Fault.KillIncoming) {
      count("kill incoming copy", killer.killIncoming(held));
    } else if (fault instanceof Fault.KillLeftHalf) {
      count("kill half at the source", killer.killLeftHalf(held));
    } else if (fault instanceof Fault.HangAtSwitchover) {
      count("hang at switch-over", switchoverHang.inject(held));
    } else if (fault instanceof Fault.KillGuest kill) {
      count("kill guest", killer.killGuest(kill.guest()));
    }
  }

  /** Makes a fault and waits for as long as it is to hold. */
  private void hold(String kind, Fault fault, Duration held, String... command) {
    var happened = tryLab(command).exitCode() == 0;
    count(kind + " " + word(fault), happened);
    if (happened) {
      var what = kind + " " + detail(fault);
      timeline.add(Timeline.Kind.FAULT, what + ", for " + held.toMillis() + " ms");
      now.put(fault.target(), what);
      pace.pause(held);
    }
  }

  private static String word(Fault fault) {
    return fault.target().split(" ")[0];
  }

  private static String detail(Fault fault) {
    return fault instanceof Fault.Slow slow
        ? fault.target() + " to " + slow.megabits() + " Mbit/s"
        : fault.target();
  }

  private synchronized void count(String kind, boolean happened) {
    counts.merge(happened ? kind : kind + " (nothing there)", 1, Integer::sum);
  }

  private void mend(Fault fault, String... command) {
    // Of what was frozen and has died meanwhile there is nothing to continue.
    tryLab(command);
    timeline.add(Timeline.Kind.MENDED, fault.target());
    now.remove(fault.target());
  }

  /** As systemd and Kubernetes would: again and again, until it works. */
  private void start(Service service) {
    Waiting.await("start of " + service)
        .until(() -> tryLab(service.command("start")).exitCode() == 0);
    timeline.add(Timeline.Kind.MENDED, service.toString());
    now.remove(service.toString());
  }

  /**
   * A daemon may end itself, as the operator does when it has lost its lease; somebody starts it.
   */
  void superviseDaemons() {
    for (var service : Service.all(settings.hostNames())) {
      if (!now.containsKey(service.toString()) && !service.runs(settings.state())) {
        onTarget(service.toString(), () -> restartIfEnded(service));
      }
    }
  }

  private void restartIfEnded(Service service) {
    if (!service.runs(settings.state())) {
      timeline.add(Timeline.Kind.FAULT, service + " has ended by itself");
      count("ended by itself: " + service, true);
      start(service);
    }
  }

  /** Ends all faults, and starts whatever has ended. The pace must be over. */
  void mendAll() {
    targets.values().forEach(ExecutorService::shutdown);
    for (var target : targets.entrySet()) {
      try {
        if (!target.getValue().awaitTermination(5, TimeUnit.MINUTES)) {
          timeline.violation("the chaos itself cannot mend " + target.getKey());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    for (var service : Service.all(settings.hostNames())) {
      if (!service.runs(settings.state())) {
        restartIfEnded(service);
      }
    }
  }

  /** What is broken just now. */
  List<String> now() {
    return now.values().stream().sorted().toList();
  }

  synchronized Map<String, Integer> counts() {
    return new TreeMap<>(counts);
  }
}
