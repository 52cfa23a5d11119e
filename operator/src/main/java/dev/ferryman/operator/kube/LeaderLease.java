package dev.ferryman.operator.kube;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Lease by which one of several operators leads. */
final class LeaderLease {
  private static final Logger log = LoggerFactory.getLogger(LeaderLease.class);
  private static final String NAME = "ferryman-operator";

  /**
   * Looks at the Lease in its duration. The client takes up to 2.2 times the period, so at 15 s one
   * that was given back is taken after 1.4 s at most, and the leader writes about once a second.
   */
  private static final int RETRIES = 24;

  private final KubernetesClient client;
  private final String namespace;
  private final String identity;

  LeaderLease(KubernetesClient client, String namespace, String identity) {
    this.client = client;
    this.namespace = namespace;
    this.identity = identity;
  }

  /** Losing the lead ends the run, not the process: that begins a new run. */
  LeaderElectionConfiguration election(Duration duration, Runnable won, Runnable lost) {
    return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(NAME)
        .withLeaseNamespace(namespace)
        .withIdentity(identity)
        .withLeaseDuration(duration)
        .withRenewDeadline(duration.multipliedBy(2).dividedBy(3))
        .withRetryPeriod(duration.dividedBy(RETRIES))
        .withExitOnStopLeading(false)
        .withLeaderCallbacks(
            new LeaderCallbacks(
                () -> {
                  log.info("leads as {}", identity);
                  won.run();
                },
                lost,
                leader -> log.info("the leader is {}", leader)))
        .build();
  }

  /**
   * Gives the lead back, so that another takes it at once. The framework's own attempt comes after
   * it has stopped the threads that it needs for it.
   */
  void release() {
    try {
      var lease = client.leases().inNamespace(namespace).withName(NAME).get();
      if (lease != null && identity.equals(lease.getSpec().getHolderIdentity())) {
        lease.getSpec().setHolderIdentity("");
        lease.getSpec().setLeaseDurationSeconds(1);
        client.resource(lease).update();
      }
    } catch (KubernetesClientException e) {
      log.info("the lead was not given back, it runs out by itself: {}", e.getMessage());
    }
  }
}
