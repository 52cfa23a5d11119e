package dev.ferryman.lab.figures;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.event.DomainEvent;
import org.libvirt.event.DomainEventType;
import org.libvirt.event.LifecycleListener;
import org.libvirt.event.StoppedDetail;

/** A host's libvirt, watched from outside of Ferryman. Moments are those of System.nanoTime. */
final class HostLibvirt {
  /**
   * A look costs libvirt some 0.1 ms and there are none while it copies: a look then asks QEMU,
   * too.
   */
  private static final long LOOK_NANOS = 4_000_000;

  /** VIR_DOMAIN_JOB_NONE. */
  private static final int NO_JOB = 0;

  private final Connect connection;
  private final String guest;
  private final AtomicReference<CompletableFuture<Long>> nextEnd = new AtomicReference<>();

  /** Kept here, since libvirt's side does not keep it. */
  private final LifecycleListener listener = this::changed;

  private HostLibvirt(Connect connection, String guest) {
    this.connection = connection;
    this.guest = guest;
  }

  /** libvirt's event loop, once in a process and before the first connection. */
  static void startEvents() throws LibvirtException {
    Library.initEventLoop();
    var thread =
        new Thread(
            () -> {
              try {
                Library.runEventLoop();
              } catch (LibvirtException e) {
                throw new IllegalStateException("libvirt's events have ended", e);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "libvirt-events");
    thread.setDaemon(true);
    thread.start();
  }

  static HostLibvirt open(Settings.Host host, String guest) throws LibvirtException {
    var connection = new Connect("qemu+unix:///system?socket=" + host.socket());
    var libvirt = new HostLibvirt(connection, guest);
    connection.addLifecycleListener(libvirt.listener);
    return libvirt;
  }

  private int changed(Domain domain, DomainEvent event) {
    var now = System.nanoTime();
    var end = nextEnd.get();
    try {
      if (end != null
          && event.getType() == DomainEventType.STOPPED
          && event.getDetail() == StoppedDetail.MIGRATED
          && domain.getName().equals(guest)) {
        end.complete(now);
      }
    } catch (LibvirtException e) {
      end.completeExceptionally(e);
    }
    return 0;
  }

  /** When the guest, moved away, is next gone from here: libvirt's job has ended. */
  CompletableFuture<Long> nextJobEnd() {
    var end = new CompletableFuture<Long>();
    nextEnd.set(end);
    return end;
  }

  /** When the guest next has a job, which is its migration: no other jobs are started here. */
  CompletableFuture<Long> nextJobStart() throws LibvirtException {
    var domain = connection.domainLookupByName(guest);
    var start = new CompletableFuture<Long>();
    var thread = new Thread(() -> look(domain, start), "libvirt-job");
    thread.setDaemon(true);
    thread.start();
    return start;
  }

  private static void look(Domain domain, CompletableFuture<Long> start) {
    try {
      while (!start.isDone() && domain.getJobInfo().getType() == NO_JOB) {
        LockSupport.parkNanos(LOOK_NANOS);
      }
      start.complete(System.nanoTime());
    } catch (LibvirtException e) {
      start.completeExceptionally(e);
    }
  }

  boolean isGuestIdle() throws LibvirtException {
    return connection.domainLookupByName(guest).getJobInfo().getType() == NO_JOB;
  }

  /** For the reader of the figures. */
  String versions() throws LibvirtException {
    return "libvirt "
        + version(connection.getLibVersion())
        + ", QEMU "
        + version(connection.getVersion());
  }

  /** libvirt's way to write a version as a number. */
  private static String version(long number) {
    return number / 1_000_000 + "." + number / 1_000 % 1_000 + "." + number % 1_000;
  }
}
