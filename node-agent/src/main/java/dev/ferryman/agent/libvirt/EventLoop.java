package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.LibvirtX.LIBVIRT;

import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libvirt's default event loop, once in a process: events, keepalive and the notice of a lost
 * connection come from its thread. Nothing there may call libvirt.
 */
final class EventLoop {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
  private static final long PAUSE_AFTER_FAILURE_NANOS = 100_000_000;

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

  private static void run() {
    while (true) {
      if (LIBVIRT.virEventRunDefaultImpl() < 0) {
        LOG.warn("libvirt's event loop: {}", LastError.read("virEventRunDefaultImpl").getMessage());
        LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
      }
    }
  }
}
