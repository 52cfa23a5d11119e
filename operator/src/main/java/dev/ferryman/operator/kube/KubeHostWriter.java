package dev.ferryman.operator.kube;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.operator.reconciler.HostWriter;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;

/** Writes the operator's two fields of a HostResource's status. */
final class KubeHostWriter implements HostWriter {
  private final KubernetesClient client;

  KubeHostWriter(KubernetesClient client) {
    this.client = client;
  }

  @Override
  public void status(String host, Condition alive, boolean schedulable) {
    var fresh = Apply.named(new HostResource(), host);
    fresh.setStatus(
        HostResourceStatusBuilder.builder()
            .conditions(List.of(alive))
            .schedulable(schedulable)
            .build());
    try {
      Apply.status(client, fresh);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
    }
  }
}
