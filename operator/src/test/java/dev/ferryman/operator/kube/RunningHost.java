package dev.ferryman.operator.kube;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceSpec;
import dev.ferryman.crds.hostresource.HostResourceStatus;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.operator.Sample;
import dev.ferryman.testing.FerrymanServer;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A host as its agent tells of it on a real API server: it lives, and does nothing else. */
final class RunningHost implements AutoCloseable {
  private static final long HEARTBEAT_SECONDS = 2;

  private final FerrymanServer server;
  private final KubernetesClient agent;
  private final String name;
  private final HostResourceStatus status;
  private final ScheduledExecutorService heart =
      Executors.newSingleThreadScheduledExecutor(Threads.daemon("heart"));

  private RunningHost(FerrymanServer server, String name, HostResourceStatus status) {
    this.server = server;
    this.agent = server.agent(name);
    this.name = name;
    this.status = status;
  }

  /**
   * Publishes it, and beats until it is closed.
   *
   * @param name one of {@link FerrymanServer#HOSTS}
   */
  static RunningHost start(FerrymanServer server, String name, HostResourceStatus status) {
    var fresh = Apply.named(new HostResource(), name);
    fresh.setSpec(HostResourceSpec.DEFAULT);
    server.admin().resource(fresh).create();
    var host = new RunningHost(server, name, status);
    host.publish(status);
    var unused =
        host.heart.scheduleWithFixedDelay(host::beat, 0, HEARTBEAT_SECONDS, TimeUnit.SECONDS);
    return host;
  }

  private void publish(HostResourceStatus figures) {
    var host = Apply.named(new HostResource(), name);
    host.setStatus(figures);
    agent
        .resource(host)
        .subresource("status")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(manager())
                .withForce(true)
                .build(),
            host);
  }

  private String manager() {
    return "ferryman-agent-" + name;
  }

  private void beat() {
    agent
        .resource(
            new LeaseBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(FerrymanServer.NAMESPACE)
                .addToLabels(LeaseWatch.LABEL, "true")
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity(name)
                .withLeaseDurationSeconds(10)
                .withRenewTime(ZonedDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS))
                .endSpec()
                .build())
        .fieldManager(manager())
        .forceConflicts()
        .serverSideApply();
  }

  /** Nothing can be deleted that lives, or has instances. No operator must run any more. */
  @Override
  public void close() {
    heart.shutdownNow();
    publish(
        HostResourceStatusBuilder.builder(status).instances(List.of()).instanceCount(0).build());
    new KubeHostWriter(server.operator())
        .status(name, Sample.condition("Alive", "False", "LeaseExpired"), false);
    server.admin().resources(HostResource.class).withName(name).delete();
  }
}
