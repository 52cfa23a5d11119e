package dev.ferryman.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

/**
 * Server-side apply as the operator: an object that is sent holds all fields that the operator
 * wants to own there, and no others.
 */
final class Apply {
  static final String FIELD_MANAGER = "ferryman-operator";

  private static final PatchContext CONTEXT =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager(FIELD_MANAGER)
          .withForce(true)
          .build();

  private Apply() {}

  /** Gives an object its name and nothing else. */
  static <T extends HasMetadata> T named(T fresh, String name) {
    fresh.setMetadata(new ObjectMetaBuilder().withName(name).build());
    return fresh;
  }

  static <T extends HasMetadata> T main(KubernetesClient client, T fresh) {
    return client.resource(fresh).patch(CONTEXT);
  }

  static <T extends HasMetadata> T status(KubernetesClient client, T fresh) {
    return client.resource(fresh).subresource("status").patch(CONTEXT);
  }
}
