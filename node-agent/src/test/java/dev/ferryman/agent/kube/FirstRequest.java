package dev.ferryman.agent.kube;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.util.concurrent.TimeUnit;

/**
 * The first request of a Java machine loads half of the client. On a busy machine that takes longer
 * than a connection may: it is made, with the client's own retries, before a test counts requests.
 */
final class FirstRequest {
  private FirstRequest() {}

  static void make(KubernetesClient client, KubernetesMockServer server)
      throws InterruptedException {
    server.expect().get().withPath("/version").andReturn(200, "{}").always();
    client.getKubernetesVersion();
    while (server.takeRequest(1, TimeUnit.MILLISECONDS) != null) {
      // made for nothing else
    }
  }
}
