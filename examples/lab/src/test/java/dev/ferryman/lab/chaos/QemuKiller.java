package dev.ferryman.lab.chaos;

import static dev.ferryman.lab.Lab.tryLab;
import static dev.ferryman.lab.Lab.tryOn;

import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import java.time.Duration;
import java.util.List;

/** Kills guests' QEMU processes. */
final class QemuKiller {
  private static final Duration LOOK = Duration.ofMillis(50);

  private final Pace pace;
  private final Timeline timeline;
  private final Migrations migrations;
  private final List<ChaosGuest> guests;

  QemuKiller(Pace pace, Timeline timeline, Migrations migrations, List<ChaosGuest> guests) {
    this.pace = pace;
    this.timeline = timeline;
    this.migrations = migrations;
    this.guests = guests;
  }

  /** Kills the copy of the next guest that is copied; false if none is in that time. */
  boolean killIncoming(Duration patience) {
    var end = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() < end && pace.pause(LOOK)) {
      var copying = migrations.copying();
      if (copying.isPresent()) {
        var migration = copying.get();
        return kill(guest(migration.getSpec().instance()), migration.getStatus().destinationHost());
      }
    }
    return false;
  }

  /**
   * Kills what the next guest in post-copy has left at its source; false if none is in that time.
   */
  boolean killLeftHalf(Duration patience) {
    var end = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() < end && pace.pause(LOOK)) {
      var split = migrations.inPostCopy();
      if (split.isPresent()) {
        var migration = split.get();
        return kill(guest(migration.getSpec().instance()), migration.getStatus().sourceHost());
      }
    }
    return false;
  }

  /** Kills a guest; false if it does not run. */
  boolean killGuest(int number) {
    var guest = guests.get(number);
    return kill(guest, guest.beats().lastHost());
  }

  private ChaosGuest guest(String name) {
    return guests.stream().filter(guest -> guest.name().equals(name)).findFirst().orElseThrow();
  }

  /** Also the incoming one can be the only copy, by the time that the signal is sent. */
  private boolean kill(ChaosGuest guest, String host) {
    if (isLeftToLibvirt(guest, host)) {
      return false;
    }
    guest.aboutToBeKilled();
    if (tryLab("kill", "qemu", host, guest.name()).exitCode() != 0) {
      guest.wasNotKilled();
      return false;
    }
    timeline.add(Timeline.Kind.FAULT, "killed the QEMU of " + guest + " on " + host);
    return true;
  }

  /**
   * Whether libvirt alone decides what goes on, and can decide wrongly: in a Fast switch-over whose
   * reply is lost, the end of the newer copy frees the image lock, and the older one goes on. The
   * README says so of Fast; there is nothing in it for Ferryman to be tested for. In post-copy it
   * lets the older one go on in no case.
   */
  private boolean isLeftToLibvirt(ChaosGuest guest, String host) {
    return migrations
        .underWay(guest.name())
        .map(LiveMigration::getStatus)
        .filter(status -> status.switchover() == SwitchoverMode.Fast)
        .filter(status -> host.equals(status.destinationHost()))
        .filter(status -> !hasGuestOrPart(status.sourceHost(), guest))
        .isPresent();
  }

  /** Whether the copy there runs, or is a part of one in post-copy. */
  private static boolean hasGuestOrPart(String host, ChaosGuest guest) {
    var state = tryOn(host, "timeout", "2", "virsh", "domstate", "--reason", guest.name()).output();
    return state.startsWith("running") || state.startsWith("paused (post-copy");
  }
}
