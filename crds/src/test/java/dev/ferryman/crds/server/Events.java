package dev.ferryman.crds.server;

import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;

/** Events about cluster-scoped objects. */
final class Events {
  private Events() {}

  static Event create(KubernetesClient client, String namespace) {
    return client
        .resource(
            new EventBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(Apply.newName("event"))
                .endMetadata()
                .withEventTime(new MicroTime("2026-01-01T00:00:00.000000Z"))
                .withReportingController("ferryman.dev/test")
                .withReportingInstance("test")
                .withAction("Testing")
                .withReason("Tested")
                .withType("Normal")
                .withNewRegarding()
                .withApiVersion("ferryman.dev/v1alpha1")
                .withKind("LiveMigration")
                .withName("move")
                .endRegarding()
                .build())
        .create();
  }

  /** Told once more. */
  static void repeat(KubernetesClient client, Event event) {
    Apply.merge(
        client,
        event,
        "{\"series\":{\"count\":2,\"lastObservedTime\":\"2026-01-01T00:01:00.000000Z\"}}");
  }
}
