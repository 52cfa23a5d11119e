package dev.ferryman.crds.server;

import io.fabric8.kubernetes.api.model.authentication.SelfSubjectReview;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;

/** Whom the server takes a client for. */
final class Whoami {
  private Whoami() {}

  static String of(KubernetesClient client) {
    var user = client.resource(new SelfSubjectReview()).create().getStatus().getUserInfo();
    Map<String, List<String>> extra = user.getExtra() == null ? Map.of() : user.getExtra();
    var node = extra.getOrDefault("authentication.kubernetes.io/node-name", List.of("?")).get(0);
    return user.getUsername().replaceFirst(".*:", "") + ", node " + node;
  }
}
