package dev.ferryman.agent.libvirt;

import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection for readings and events, opened again whenever it is lost. Its thread opens and
 * waits; a daemon that hangs keeps one attempt waiting and no more.
 */
final class MonitoredConnection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MonitoredConnection.class);
  private static final long FIRST_PAUSE_MILLIS = 200;

  /** A daemon that starts again is to be noticed within a second. */
  private static final long LONGEST_PAUSE_MILLIS = 800;

  private final String uri;
  private final Listeners listeners;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable Connection current;
  private volatile String lastFailure = "not tried yet";

  MonitoredConnection(String uri, Listeners listeners) {
    this.uri = uri;
    this.listeners = listeners;
    this.thread = new Thread(this::run, "libvirt-connection");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /**
   * @throws HypervisorException if there is none
   */
  Connection get() {
    var connection = current;
    if (connection == null) {
      throw HypervisorException.noAnswer("no connection to " + uri + ": " + lastFailure);
    }
    return connection;
  }

  private void run() {
    var pause = FIRST_PAUSE_MILLIS;
    while (!isClosing(0)) {
      try {
        var session = new Session(Connection.open(uri));
        serve(session);
        pause = FIRST_PAUSE_MILLIS;
      } catch (HypervisorException e) {
        noteFailure(e);
      } catch (RuntimeException | LinkageError e) {
        LOG.error("The connection to {} cannot be used", uri, e);
        lastFailure = String.valueOf(e.getMessage());
      }
      if (isClosing(pause)) {
        return;
      }
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
    }
  }

  private void noteFailure(HypervisorException e) {
    var failure = String.valueOf(e.getMessage());
    if (!failure.equals(lastFailure)) {
      LOG.warn("No connection to {}: {}", uri, failure);
    }
    lastFailure = failure;
  }

  private void serve(Session session) {
    try {
      session.subscribe();
      current = session.connection;
      LOG.info("Connected to {}", uri);
      listeners.connected();
      session.awaitLoss();
      current = null;
      lastFailure = "lost";
      listeners.disconnected();
      if (closing.getCount() > 0) {
        LOG.warn("Lost the connection to {}", uri);
      }
    } finally {
      current = null;
      session.close();
    }
  }

  private boolean isClosing(long waitMillis) {
    try {
      return closing.await(waitMillis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  @Override
  public void close() {
    closing.countDown();
    thread.interrupt();
  }

  /** One connection with its subscriptions; holds its callbacks, which libvirt knows by address. */
  private final class Session implements AutoCloseable {
    private final Connection connection;
    private final CountDownLatch lost = new CountDownLatch(1);
    private final List<Integer> registrations = new ArrayList<>();

    private final Libvirt.VirConnectCloseFunc onLoss = (handle, reason, opaque) -> lost.countDown();

    private final Libvirt.VirConnectDomainEventCallback onLifecycle =
        (handle, domain, event, detail, opaque) -> {
          guarded(() -> lifecycle(domain, event, detail));
          return 0;
        };

    private final LibvirtX.JobCompletedCallback onJobCompleted =
        (handle, domain, parameters, count, opaque) ->
            guarded(() -> jobCompleted(domain, parameters, count));

    Session(Connection connection) {
      this.connection = connection;
    }

    void subscribe() {
      connection.onLoss(onLoss);
      connection.keepAlive();
      registrations.add(connection.register(LibvirtX.EVENT_LIFECYCLE, onLifecycle));
      registrations.add(connection.register(LibvirtX.EVENT_JOB_COMPLETED, onJobCompleted));
    }

    void awaitLoss() {
      try {
        lost.await();
      } catch (InterruptedException e) {
        LOG.debug("The connection is given up");
      }
    }

    // On libvirt's event thread from here: nothing that asks the daemon.

    private void lifecycle(DomainPointer domain, int event, int detail) {
      var kinds = LifecycleEvent.Kind.values();
      if (event >= 0 && event < kinds.length) {
        var told = new LifecycleEvent(Connection.uuid(domain), kinds[event], detail);
        listeners.tell(listener -> listener.lifecycle(told));
      }
    }

    private void jobCompleted(DomainPointer domain, @Nullable Pointer parameters, int count) {
      var job = TypedParameters.read(parameters, count);
      if (JobStatistics.isOutgoingMigration(job)) {
        var uuid = Connection.uuid(domain);
        var statistics = JobStatistics.completed(job);
        listeners.tell(listener -> listener.jobCompleted(uuid, statistics));
      }
    }

    private void guarded(Runnable callback) {
      try {
        callback.run();
      } catch (RuntimeException e) {
        LOG.error("An event of libvirt cannot be read", e);
      }
    }

    /** Asks the daemon, so it may wait until keepalive has given it up. */
    @Override
    public void close() {
      try (connection) {
        registrations.forEach(connection::deregister);
        connection.forgetLoss(onLoss);
      }
    }
  }
}
