package dev.ferryman.operator.kube;

import dev.ferryman.crds.instance.Instance;
import dev.ferryman.operator.decide.inventory.KnownInstance;
import dev.ferryman.operator.reconciler.InstanceWriter;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;

/** Writes Instance objects: mostly their status, the object itself only when it is missing. */
final class KubeInstanceWriter implements InstanceWriter {
  private final KubernetesClient client;

  KubeInstanceWriter(KubernetesClient client) {
    this.client = client;
  }

  @Override
  public void write(KnownInstance instance) {
    try {
      writeStatus(instance);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
      Apply.main(client, Apply.named(new Instance(), instance.name()));
      writeStatus(instance);
    }
  }

  @Override
  public void delete(String name) {
    client.resources(Instance.class).withName(name).delete();
  }

  private void writeStatus(KnownInstance instance) {
    var fresh = Apply.named(new Instance(), instance.name());
    fresh.setStatus(instance.status());
    Apply.status(client, fresh);
  }
}
