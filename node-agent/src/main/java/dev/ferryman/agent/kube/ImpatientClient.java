package dev.ferryman.agent.kube;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.time.Duration;

/** A client that leaves it to its users to try again. */
public final class ImpatientClient {
  private ImpatientClient() {}

  /**
   * The same client without its own retries, which go on for a minute and more: after an outage the
   * next attempt must not be that far away.
   *
   * @param timeout after which a request counts as failed
   */
  public static KubernetesClient of(KubernetesClient client, Duration timeout) {
    return client
        .newClient(
            new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                .withRequestRetryBackoffLimit(0)
                .withRequestTimeout((int) timeout.toMillis())
                .build())
        .adapt(KubernetesClient.class);
  }
}
