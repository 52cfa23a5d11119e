package dev.ferryman.operator.kube;

import dev.ferryman.crds.access.StoreRevision;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks for the store's revision now and then, and tells when it was put back. */
final class StoreWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StoreWatch.class);
  private static final Duration EVERY = Duration.ofSeconds(3);

  private final KubernetesClient client;
  private final String namespace;
  private final Runnable turnedBack;
  private final StoreRevision revision = new StoreRevision();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(Threads.daemon("store-watch"));

  StoreWatch(KubernetesClient client, String namespace, Runnable turnedBack) {
    this.client = client;
    this.namespace = namespace;
    this.turnedBack = turnedBack;
  }

  void start() {
    thread.scheduleWithFixedDelay(this::look, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      var one = new ListOptionsBuilder().withLimit(1L).build();
      var leases = client.leases().inNamespace(namespace).list(one);
      if (revision.isTurnedBack(leases.getMetadata().getResourceVersion())) {
        log.warn("the API server's store was put back to an earlier state: beginning anew");
        turnedBack.run();
      }
    } catch (KubernetesClientException e) {
      log.debug("no revision now: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
