package dev.ferryman.testing;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * An API server with the shipped chart installed by Helm: definitions, accounts, roles, and
 * policies that are in force.
 */
public final class FerrymanServer implements AutoCloseable {
  public static final String NAMESPACE = "ferryman-system";

  /** Hosts outside the cluster, each with a ServiceAccount of its own. */
  public static final List<String> HOSTS = List.of("host-b", "host-c");

  /** Extra of a user whose token is bound to a node, or to a pod on it. */
  private static final String NODE_NAME = "authentication.kubernetes.io/node-name";

  private static final Duration POLICY_TIMEOUT = Duration.ofSeconds(60);

  private final ControlPlane controlPlane;

  private FerrymanServer(ControlPlane controlPlane) {
    this.controlPlane = controlPlane;
  }

  static FerrymanServer start() {
    var server = new FerrymanServer(ControlPlane.start(Binaries.find()));
    try {
      server.installChart();
      server.awaitStorage();
      server.awaitPolicies();
      return server;
    } catch (RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  public ControlPlane controlPlane() {
    return controlPlane;
  }

  /** As administrator. */
  public KubernetesClient admin() {
    return controlPlane.client();
  }

  /** Under the operator's own rights. */
  public KubernetesClient operator() {
    return controlPlane.clientAs(NAMESPACE, "ferryman-operator", Map.of());
  }

  /** Under the rights of the agent of one of {@link #HOSTS}. */
  public KubernetesClient agent(String host) {
    return controlPlane.clientAs(NAMESPACE, "ferryman-agent-" + host, Map.of());
  }

  /** Under the rights of the agent on that node of the cluster. */
  public KubernetesClient nodeAgent(String node) {
    return controlPlane.clientAs(NAMESPACE, "ferryman-agent", Map.of(NODE_NAME, node));
  }

  /** Under the rights of an agent whose token says nothing of a host. */
  public KubernetesClient agentOfNoHost() {
    return controlPlane.clientAs(NAMESPACE, "ferryman-agent", Map.of());
  }

  private void installChart() {
    var answer =
        Helm.find()
            .run(
                "install",
                "ferryman",
                Helm.chart().toString(),
                "--namespace=" + NAMESPACE,
                "--create-namespace",
                "--set=agent.hosts={" + String.join(",", HOSTS) + "}",
                "--kubeconfig=" + controlPlane.kubeconfig());
    if (answer.exitCode() != 0) {
      throw new IllegalStateException("helm install failed: " + answer.output());
    }
  }

  /** The server answers lists of a new kind with 429 until its cache of them is filled. */
  private void awaitStorage() {
    for (var kind : List.of("LiveMigration", "HostResource", "Instance")) {
      await("the server lists objects of kind " + kind)
          .atMost(POLICY_TIMEOUT)
          .ignoreExceptionsInstanceOf(KubernetesClientException.class)
          .until(
              () ->
                  admin()
                          .genericKubernetesResources("ferryman.dev/v1alpha1", kind)
                          .list()
                          .getItems()
                      != null);
    }
  }

  /** A policy comes into force up to two seconds after it was created. */
  private void awaitPolicies() {
    var host = new GenericKubernetesResourceBuilder();
    host.withApiVersion("ferryman.dev/v1alpha1").withKind("HostResource");
    host.withNewMetadata().withName("policy-probe").endMetadata();
    var own = agent(HOSTS.get(0)).resource(host.build());
    await("the agents' policy is in force")
        .atMost(POLICY_TIMEOUT)
        .until(() -> refused(() -> own.dryRun(true).create()));
    var probe = admin().resource(host.build()).create();
    instanceCount(probe, 1);
    await("the policy on deletion is in force")
        .atMost(POLICY_TIMEOUT)
        .until(() -> refused(() -> dryRunDelete(probe)));
    instanceCount(probe, 0);
    admin().resource(probe).delete();
  }

  private List<StatusDetails> dryRunDelete(GenericKubernetesResource object) {
    return admin().resource(object).dryRun(true).delete();
  }

  private void instanceCount(GenericKubernetesResource host, int count) {
    admin()
        .resource(host)
        .subresource("status")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"status\":{\"instanceCount\":" + count + "}}");
  }

  private static boolean refused(Runnable request) {
    try {
      request.run();
      return false;
    } catch (KubernetesClientException e) {
      if (e.getCode() == 403 && e.getMessage().contains("ValidatingAdmissionPolicy")) {
        return true;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    controlPlane.close();
  }
}
