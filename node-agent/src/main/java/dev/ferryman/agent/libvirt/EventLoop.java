package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.LibvirtX.LIBVIRT;

import com.sun.jna.Pointer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.Libvirt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libvirt's default event loop, once in a process: events, keepalive and the notice of a lost
 * connection come from its thread. Nothing there may call libvirt.
 */
final class EventLoop {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
  private static final long PAUSE_AFTER_FAILURE_NANOS = 100_000_000;

  /** libvirt knows them by address: they must be kept reachable. */
  private static final Set<Libvirt.VirEventTimeoutCallback> WAITING = ConcurrentHashMap.newKeySet();

  private static boolean running;

  private EventLoop() {}

  /** To be called before the first connection is opened. */
  static synchronized void ensureRunning() {
    if (running) {
      return;
    }
    LastError.silenceStderr();
    LastError.check(LIBVIRT.virInitialize(), "virInitialize");
    LastError.check(LIBVIRT.virEventRegisterDefaultImpl(), "virEventRegisterDefaultImpl");
    var thread = new Thread(EventLoop::run, "libvirt-events");
    thread.setDaemon(true);
    thread.start();
    running = true;
  }

  /** Runs it on the loop's thread, behind the events that are there by now; must not block. */
  static void afterEvents(Runnable then) {
    var callback =
        new Libvirt.VirEventTimeoutCallback() {
          @Override
          public void tick(int timer, @Nullable Pointer opaque) {
            LIBVIRT.virEventRemoveTimeout(timer);
            WAITING.remove(this);
            then.run();
          }
        };
    WAITING.add(callback);
    LastError.check(LIBVIRT.virEventAddTimeout(0, callback, null, null), "virEventAddTimeout");
  }

  private static void run() {
    while (true) {
      if (LIBVIRT.virEventRunDefaultImpl() < 0) {
        LOG.warn("libvirt's event loop: {}", LastError.read("virEventRunDefaultImpl").getMessage());
        LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
      }
    }
  }
}
