package dev.ferryman.agent.kube;

import dev.ferryman.crds.access.StoreRevision;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the host's Lease, by which the operator sees that its agent lives. On a thread of its own:
 * neither a libvirt that hangs nor a large write elsewhere stops it.
 */
public final class Heartbeat implements AutoCloseable {
  /** Label of these leases, by which the operator finds them. */
  public static final String LABEL = "ferryman.dev/heartbeat";

  /** The operator calls a host dead that it has not seen renewed for so long. */
  static final Duration LEASE_DURATION = Duration.ofSeconds(40);

  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final KubernetesClient client;
  private final String namespace;
  private final String host;
  private final Duration period;
  private final Clock clock;
  private final ScheduledExecutorService thread;
  private final StoreRevision revision = new StoreRevision();
  private volatile Runnable turnedBack = () -> {};
  private boolean failing;

  /**
   * @param namespace the operator's
   * @param period between two renewals, 10 s in the design
   */
  public Heartbeat(
      KubernetesClient client, String namespace, String host, Duration period, Clock clock) {
    this(
        client,
        namespace,
        host,
        period,
        clock,
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              var thread = new Thread(task, "heartbeat");
              thread.setDaemon(true);
              return thread;
            }));
  }

  /**
   * @param thread its own, ended by {@link #close}
   */
  Heartbeat(
      KubernetesClient client,
      String namespace,
      String host,
      Duration period,
      Clock clock,
      ScheduledExecutorService thread) {
    this.client = client;
    this.namespace = namespace;
    this.host = host;
    this.period = period;
    this.clock = clock;
    this.thread = thread;
  }

  /** What to do when the API server's store was put back to an earlier state. */
  public void onTurnedBack(Runnable action) {
    turnedBack = action;
  }

  /** Beats at once, then each period. */
  public void start() {
    beatAfter(Duration.ZERO);
  }

  private void beatAfter(Duration delay) {
    try {
      thread.schedule(this::beat, delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("The heartbeat has ended");
    }
  }

  private void beat() {
    var next = RETRY;
    try {
      renew();
      if (failing) {
        LOG.info("The heartbeat is heard again");
      }
      failing = false;
      next = period;
    } catch (RuntimeException e) {
      if (!failing) {
        LOG.warn("The heartbeat is not heard, tried again each second: {}", e.getMessage());
      }
      failing = true;
    } finally {
      beatAfter(next);
    }
  }

  /** Creates the Lease too, if it is missing. */
  private void renew() {
    var renewed =
        client
            .resource(lease())
            .fieldManager("ferryman-agent-" + host)
            .forceConflicts()
            .serverSideApply();
    if (revision.isTurnedBack(renewed.getMetadata().getResourceVersion())) {
      LOG.warn("The API server's store was put back to an earlier state: looking at all anew");
      turnedBack.run();
    }
  }

  private Lease lease() {
    return new LeaseBuilder()
        .withNewMetadata()
        .withName(host)
        .withNamespace(namespace)
        .addToLabels(LABEL, "true")
        .endMetadata()
        .withNewSpec()
        .withHolderIdentity(host)
        .withLeaseDurationSeconds((int) LEASE_DURATION.toSeconds())
        .withRenewTime(
            ZonedDateTime.ofInstant(clock.instant().truncatedTo(ChronoUnit.MICROS), ZoneOffset.UTC))
        .endSpec()
        .build();
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
