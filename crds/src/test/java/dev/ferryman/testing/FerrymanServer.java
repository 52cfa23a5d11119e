package dev.ferryman.testing;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

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
  private static final Duration HELM_TIMEOUT = Duration.ofSeconds(60);

  private final ControlPlane controlPlane;

  private FerrymanServer(ControlPlane controlPlane) {
    this.controlPlane = controlPlane;
  }

  static FerrymanServer start() {
    var binaries = Binaries.find();
    var server = new FerrymanServer(ControlPlane.start(binaries));
    try {
      server.installChart(binaries.helm());
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

  /** The chart's folder in the source tree. */
  public static Path chart() {
    var start = Path.of("").toAbsolutePath();
    return Stream.iterate(start, folder -> folder != null, Path::getParent)
        .map(folder -> folder.resolve("helm/ferryman"))
        .filter(Files::isDirectory)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no helm/ferryman above " + start));
  }

  private void installChart(Path helm) {
    var folder = controlPlane.folder();
    var log = folder.resolve("helm.log");
    var command = new ArrayList<>(List.of(helm.toString(), "install", "ferryman"));
    command.add(chart().toString());
    command.addAll(List.of("--namespace", NAMESPACE, "--create-namespace"));
    command.addAll(List.of("--set", "agent.hosts={" + String.join(",", HOSTS) + "}"));
    command.addAll(List.of("--kubeconfig", controlPlane.kubeconfig().toString()));
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    for (var home : List.of("CACHE", "CONFIG", "DATA")) {
      process.environment().put("HELM_" + home + "_HOME", folder.resolve("helm").toString());
    }
    try {
      var running = process.start();
      if (!running.waitFor(HELM_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        running.destroyForcibly();
        throw new IllegalStateException("helm install takes longer than " + HELM_TIMEOUT);
      }
      if (running.exitValue() != 0) {
        throw new IllegalStateException("helm install failed: " + Files.readString(log));
      }
    } catch (IOException e) {
      throw new IllegalStateException("cannot run " + helm, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
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
