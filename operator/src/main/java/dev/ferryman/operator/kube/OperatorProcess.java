package dev.ferryman.operator.kube;

import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.reconciler.Heartbeats;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.OperatorException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process: runs the operator, and begins anew when the lead was lost or the API server cannot
 * be reached, until it is told to stop.
 */
public final class OperatorProcess {
  private static final Logger log = LoggerFactory.getLogger(OperatorProcess.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Settings settings;
  private final String identity = hostName() + "_" + UUID.randomUUID();
  private final OperatorMetrics metrics =
      new OperatorMetrics(new ClusterCache(), new NothingHeard());
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile @Nullable OperatorRun current;

  public OperatorProcess(Settings settings) {
    this.settings = settings;
  }

  /** Runs until {@link #stop}; the port is taken first, so that a wrong one stops the start. */
  public void run(int healthPort) throws IOException, InterruptedException {
    try (var health = new HealthServer(healthPort, this::isReady, metrics::scrape)) {
      log.info(
          "Ferryman operator, namespace {}, health and metrics on port {}",
          settings.namespace(),
          health.port());
      do {
        runOnce();
      } while (!stop.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
    } finally {
      stopped.countDown();
    }
  }

  /** Asks for the end and waits for it: reconciliations finish, the lead is handed over. */
  public void stop(Duration atMost) throws InterruptedException {
    stop.countDown();
    var run = current;
    if (run != null) {
      run.close();
    }
    if (!stopped.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      log.warn("did not stop within {} s", atMost.toSeconds());
    }
  }

  private void runOnce() throws InterruptedException {
    OperatorRun run = null;
    try {
      run = new OperatorRun(settings, identity, metrics);
      current = run;
      run.start();
      run.await();
      if (stop.getCount() > 0) {
        log.warn("the run is over, beginning anew");
      }
    } catch (OperatorException | KubernetesClientException e) {
      if (stop.getCount() > 0) {
        log.warn("cannot run, trying again: {}", cause(e));
      }
    } finally {
      current = null;
      if (run != null && stop.getCount() > 0) {
        run.close();
      }
    }
  }

  private boolean isReady() {
    var run = current;
    return run != null && run.isReady();
  }

  private static String cause(Throwable failure) {
    var cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return failure.getMessage() + " (" + cause + ")";
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "operator";
    }
  }

  /** Before the first run. */
  private static final class NothingHeard implements Heartbeats {
    @Override
    public Liveness of(String host) {
      return Liveness.Unknown;
    }

    @Override
    public Optional<Duration> changesIn(String host) {
      return Optional.empty();
    }

    @Override
    public Instant hearingSince() {
      return Instant.MAX;
    }
  }
}
