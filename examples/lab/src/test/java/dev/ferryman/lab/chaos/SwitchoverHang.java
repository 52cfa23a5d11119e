package dev.ferryman.lab.chaos;

import static dev.ferryman.lab.Lab.tryLab;

import dev.ferryman.crds.livemigration.LiveMigration;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;

/**
 * Lets the destination's libvirtd hang from the moment at which the source's guest stands still.
 */
final class SwitchoverHang {
  /** The switch-over is a matter of some ten milliseconds. */
  private static final long LOOK_NANOS = 2_000_000;

  private static final Duration COPY_PATIENCE = Duration.ofSeconds(60);

  /** libvirt takes the other side for dead after 15 s, and then lets its own copy go on. */
  private static final Duration HELD = Duration.ofSeconds(24);

  private final Settings settings;
  private final Pace pace;
  private final Timeline timeline;
  private final Migrations migrations;

  SwitchoverHang(Settings settings, Pace pace, Timeline timeline, Migrations migrations) {
    this.settings = settings;
    this.pace = pace;
    this.timeline = timeline;
    this.migrations = migrations;
  }

  /** Of the next guest that is copied; false if none is in that time, or its copying fails. */
  boolean inject(Duration patience) {
    var end = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() - end < 0 && pace.pause(Duration.ofMillis(50))) {
      var copying = migrations.copying();
      if (copying.isPresent()) {
        return hangAtEndOf(copying.get());
      }
    }
    return false;
  }

  private boolean hangAtEndOf(LiveMigration migration) {
    var guest = migration.getSpec().instance();
    var source = settings.host(migration.getStatus().sourceHost());
    var libvirtd = new Service("libvirtd", migration.getStatus().destinationHost());
    try {
      var trigger = armed(libvirtd);
      try {
        if (!awaitStandstill(guest, source)) {
          return false;
        }
        trigger.getOutputStream().write('\n');
        trigger.getOutputStream().flush();
      } finally {
        trigger.getOutputStream().close();
      }
      timeline.add(
          Timeline.Kind.FAULT,
          libvirtd
              + " hangs from the switch-over of "
              + guest
              + ", for "
              + HELD.toMillis()
              + " ms");
      pace.pause(HELD);
      tryLab(libvirtd.command("continue"));
      timeline.add(Timeline.Kind.MENDED, libvirtd + ", which hung at a switch-over");
      return true;
    } catch (IOException | LibvirtException e) {
      return false; // a libvirtd has died
    }
  }

  /** A process that needs but a line to do it. */
  private Process armed(Service libvirtd) throws IOException {
    return new ProcessBuilder(
            "bash", "-c", "read -r && kill -STOP -- -" + libvirtd.pid(settings.state()))
        .start();
  }

  private boolean awaitStandstill(String guest, Settings.Host source) throws LibvirtException {
    var connection = new Connect("qemu+unix:///system?socket=" + source.socket(), true);
    try {
      var end = System.nanoTime() + COPY_PATIENCE.toNanos();
      while (HostView.running(connection).contains(guest)) {
        if (System.nanoTime() - end > 0 || pace.isOver()) {
          return false;
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
      return true;
    } finally {
      connection.close();
    }
  }
}
