package dev.ferryman.crds.server;

import dev.ferryman.testing.FerrymanServer;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;

/** Writes of Leases: heartbeats of hosts, and the operator's leadership. */
final class Leases {
  private Leases() {}

  /** By every verb that an agent needs. */
  static void createAndRenew(KubernetesClient client, String name) {
    createIn(client, FerrymanServer.NAMESPACE, name);
    renew(client, name);
  }

  /** By every verb that a leader needs. */
  static void lead(KubernetesClient client, String name) {
    createAndRenew(client, name);
    client.resource(lease(FerrymanServer.NAMESPACE, name)).update();
    client.resource(lease(FerrymanServer.NAMESPACE, name)).get();
  }

  static void createIn(KubernetesClient client, String namespace, String name) {
    client.resource(lease(namespace, name)).create();
  }

  static void renew(KubernetesClient client, String name) {
    Apply.merge(
        client,
        lease(FerrymanServer.NAMESPACE, name),
        "{\"spec\":{\"renewTime\":\"2026-01-01T00:00:00.000000Z\"}}");
  }

  static void delete(KubernetesClient client, String name) {
    client.resource(lease(FerrymanServer.NAMESPACE, name)).delete();
  }

  private static Lease lease(String namespace, String name) {
    return new LeaseBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withHolderIdentity(name)
        .endSpec()
        .build();
  }
}
