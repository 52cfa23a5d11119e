package dev.ferryman.crds.server;

import dev.ferryman.crds.hostresource.Fenced;
import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceSpec;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.function.UnaryOperator;

/** A HostResource on the server, and who writes it: each method is one write. */
final class Host {
  static final String BOOT = "boot-of-the-host";

  private final KubernetesClient client;
  private final String name;

  private Host(KubernetesClient client, String name) {
    this.client = client;
    this.name = name;
  }

  static Host named(KubernetesClient client, String name) {
    return new Host(client, name);
  }

  /** One that no other test uses, running {@link #BOOT}. */
  static Host create(KubernetesClient client) {
    return named(client, Apply.newName("host"))
        .enter(HostResourceSpec.DEFAULT)
        .agent(status -> status.bootID(BOOT));
  }

  Host as(KubernetesClient other) {
    return new Host(other, name);
  }

  String name() {
    return name;
  }

  Host enter(HostResourceSpec spec) {
    var host = body();
    host.setSpec(spec);
    client.resource(host).create();
    return this;
  }

  /** The agent's own fields; it always applies all of them. */
  Host agent(UnaryOperator<HostResourceStatusBuilder> words) {
    return apply("ferryman-agent-" + name, words);
  }

  /** What the operator says of the host: whether it lives, and may be chosen. */
  Host alive(String alive) {
    return apply(
        Apply.OPERATOR,
        status ->
            status
                .conditions(List.of(Apply.condition("Alive", alive)))
                .schedulable("True".equals(alive)));
  }

  Host apply(String manager, UnaryOperator<HostResourceStatusBuilder> words) {
    var host = body();
    host.setStatus(words.apply(HostResourceStatusBuilder.builder()).build());
    Apply.status(client, manager, host);
    return this;
  }

  Host fence(String bootID) {
    return merge("{\"spec\":{\"fenced\":{\"bootID\":\"" + bootID + "\"}}}");
  }

  static HostResourceSpec fenced(String bootID) {
    return new HostResourceSpec(null, new Fenced(bootID), null, null);
  }

  Host merge(String patch) {
    Apply.merge(client, body(), patch);
    return this;
  }

  Host mergeStatus(String patch) {
    Apply.mergeStatus(client, body(), patch);
    return this;
  }

  HostResource read() {
    return client.resource(body()).get();
  }

  Host delete() {
    client.resource(body()).delete();
    return this;
  }

  HostResource body() {
    var host = new HostResource();
    host.setMetadata(new ObjectMetaBuilder().withName(name).build());
    return host;
  }
}
