package dev.ferryman.crds.server;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.concurrent.atomic.AtomicInteger;

/** The writes of operator and agents. */
final class Apply {
  static final String OPERATOR = "ferryman-operator";
  private static final AtomicInteger NAMES = new AtomicInteger();

  private Apply() {}

  /** A manager for each component, host and role: a host may change roles between attempts. */
  static String agent(String host, String role) {
    return "ferryman-agent-" + host + "-" + role;
  }

  /** A name that no other test uses. */
  static String newName(String prefix) {
    return prefix + "-" + NAMES.incrementAndGet();
  }

  static <T extends HasMetadata> T status(KubernetesClient client, String manager, T object) {
    return client
        .resource(object)
        .subresource("status")
        .patch(context(PatchType.SERVER_SIDE_APPLY, manager, true), object);
  }

  static <T extends HasMetadata> T statusWithoutForce(
      KubernetesClient client, String manager, T object) {
    return client
        .resource(object)
        .subresource("status")
        .patch(context(PatchType.SERVER_SIDE_APPLY, manager, false), object);
  }

  static <T extends HasMetadata> T mergeStatus(KubernetesClient client, T object, String patch) {
    return client
        .resource(object)
        .subresource("status")
        .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }

  static <T extends HasMetadata> T merge(KubernetesClient client, T object, String patch) {
    return client.resource(object).patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }

  static Condition condition(String type, String status) {
    return new ConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason("Tested")
        .withMessage("as the test says")
        .withLastTransitionTime("2026-01-01T00:00:00Z")
        .build();
  }

  private static PatchContext context(PatchType type, String manager, boolean force) {
    return new PatchContext.Builder()
        .withPatchType(type)
        .withFieldManager(manager)
        .withForce(force)
        .build();
  }
}
