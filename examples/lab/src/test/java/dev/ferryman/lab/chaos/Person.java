package dev.ferryman.lab.chaos;

import static dev.ferryman.lab.Lab.tryLab;
import static dev.ferryman.lab.Lab.tryOn;

import dev.ferryman.lab.Lab;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The administrator, who ends what is left of a guest that nothing can bring together again: in
 * post-copy each host has a half of it.
 */
final class Person {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

  /** A guest that waits for its memory, or for a libvirt that hangs, is silent for a while. */
  private static final Duration SILENCE = Duration.ofSeconds(20);

  /** Longer than any link is cut, and than TCP takes to find out that it is back. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Where the kernel keeps a thread that waits for memory which is fetched for it. */
  private static final String WAITS_FOR_MEMORY = "handle_userfault";

  /** And one that waits for a lock. */
  private static final String WAITS_FOR_LOCK = "futex";

  private final Timeline timeline;
  private final Map<String, Long> lastLook = new ConcurrentHashMap<>();

  /** Since when the QEMU of a guest was found to wait, at every look, in System.nanoTime. */
  private final Map<String, Long> waitsSince = new ConcurrentHashMap<>();

  /** When what was left of a guest was ended, in System.nanoTime. */
  private final Map<String, Long> endedAt = new ConcurrentHashMap<>();

  Person(Timeline timeline) {
    this.timeline = timeline;
  }

  /**
   * Looks after a guest whose order is not over, or whose end was not heard, and does what the
   * LiveMigration tells a person to: ends its half at the destination if the other has been killed,
   * or if QEMU there hangs, and starts libvirtd at the source anew where it is stuck after that.
   *
   * <p>QEMU 7.2 hangs where the stream breaks with much to come: a thread may wait for memory with
   * the lock held that the main thread needs to have the memory brought (seen).
   *
   * @param orderedMillis wall-clock time of the order
   */
  void look(ChaosGuest guest, String source, String destination, long orderedMillis) {
    if (!isTimeToLook(guest)) {
      return;
    }
    var silence = System.currentTimeMillis() - guest.beats().lastMillis();
    if (silence < SILENCE.toMillis()) {
      waitsSince.remove(guest.name());
      endedAt.remove(guest.name());
    } else if (hasWaitedInVain(guest)) {
      endedAt.remove(guest.name());
      timeline.add(Timeline.Kind.GUEST, "libvirtd of " + source + " is stuck and is started anew");
      tryLab("kill", "libvirtd", source);
      tryLab("start", "libvirtd", source);
    } else if (isHalf(guest, destination)) {
      if (guest.wasKilledSince(orderedMillis) && !hasQemu(guest, source)) {
        endWhatIsLeft(guest, destination);
      } else if (hangs(guest, destination)) {
        timeline.add(
            Timeline.Kind.GUEST,
            "QEMU of " + guest + " on " + destination + " waits for memory that does not come");
        guest.aboutToBeKilled();
        if (!endWhatIsLeft(guest, destination)) {
          guest.wasNotKilled();
        }
      }
    }
  }

  /** The other half was ended, and libvirt at the source does not come to an end with its own. */
  private boolean hasWaitedInVain(ChaosGuest guest) {
    var ended = endedAt.get(guest.name());
    return ended != null && System.nanoTime() - ended >= PATIENCE.toNanos();
  }

  private boolean isTimeToLook(ChaosGuest guest) {
    var now = System.nanoTime();
    var last = lastLook.get(guest.name());
    if (last != null && now - last < LOOK_AGAIN.toNanos()) {
      return false;
    }
    lastLook.put(guest.name(), now);
    return true;
  }

  /** Ends what a host has of a lost guest, as the LiveMigration says; whether it is done. */
  boolean endWhatIsLeft(ChaosGuest guest, String host) {
    var done = Lab.destroy(host, guest.name()).isEmpty();
    if (done) {
      waitsSince.remove(guest.name());
      endedAt.put(guest.name(), System.nanoTime());
      timeline.add(Timeline.Kind.GUEST, "what was left of " + guest + " on " + host + " is ended");
    }
    return done;
  }

  private static boolean isHalf(ChaosGuest guest, String host) {
    return tryOn(host, "timeout", "2", "virsh", "domstate", "--reason", guest.name())
        .output()
        .startsWith("running (post-copy");
  }

  private static boolean hasQemu(ChaosGuest guest, String host) {
    return tryOn(host, "pgrep", "-f", process(guest)).exitCode() == 0;
  }

  private boolean hangs(ChaosGuest guest, String host) {
    var threads = threadsWait(guest, host);
    var main = threads.isEmpty() ? "" : threads.get(0);
    if (!threads.contains(WAITS_FOR_MEMORY)
        || !(main.startsWith(WAITS_FOR_LOCK) || main.equals(WAITS_FOR_MEMORY))) {
      waitsSince.remove(guest.name());
      return false;
    }
    var now = System.nanoTime();
    var since = waitsSince.putIfAbsent(guest.name(), now);
    return since != null && now - since >= PATIENCE.toNanos();
  }

  /** Where in the kernel the threads of its QEMU wait, the main one first. */
  private static List<String> threadsWait(ChaosGuest guest, String host) {
    var script =
        "q=/proc/$(pgrep -o -f '"
            + process(guest)
            + "'); for t in $q $q/task/*; do cat $t/wchan; echo; done";
    return tryOn(host, "sh", "-c", script).output().lines().toList();
  }

  /** Finds the guest's QEMU, and not whoever looks for it. */
  private static String process(ChaosGuest guest) {
    return "[g]uest=" + guest + ",";
  }
}
