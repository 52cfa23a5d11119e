package dev.ferryman.agent.kube;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.SourceReport;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * {@link MigrationApi} by server-side apply. One field manager per host and role: with a shared one
 * a host that changes its role would drop the other host's half.
 */
public final class KubernetesMigrationApi implements MigrationApi {
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int REQUEST_TIMEOUT = 408;

  private final KubernetesClient client;
  private final PatchContext asSource;
  private final PatchContext asDestination;

  public KubernetesMigrationApi(KubernetesClient client, String host) {
    this.client = client;
    this.asSource = manager("ferryman-agent-" + host + "-source");
    this.asDestination = manager("ferryman-agent-" + host + "-destination");
  }

  private static PatchContext manager(String name) {
    return new PatchContext.Builder()
        .withPatchType(PatchType.SERVER_SIDE_APPLY)
        .withFieldManager(name)
        .withForce(true)
        .build();
  }

  @Override
  public Optional<LiveMigration> get(String name) {
    return Optional.ofNullable(
        ask(() -> client.resources(LiveMigration.class).withName(name).get()));
  }

  @Override
  public void report(String name, SourceReport report) {
    apply(name, LiveMigrationStatusBuilder.builder().source(report).build(), asSource);
  }

  @Override
  public void report(String name, DestinationReport report) {
    apply(name, LiveMigrationStatusBuilder.builder().destination(report).build(), asDestination);
  }

  @Override
  public Peer peer(String host) {
    var resource = ask(() -> client.resources(HostResource.class).withName(host).get());
    if (resource == null || resource.getStatus() == null) {
      return Peer.UNKNOWN;
    }
    var endpoint = resource.getStatus().migration();
    var hypervisor = resource.getStatus().hypervisor();
    return new Peer(
        endpoint == null ? null : endpoint.address(),
        hypervisor == null ? null : hypervisor.hostUUID());
  }

  /** A fresh object: whatever else it carried would be taken from its owner. */
  private void apply(String name, LiveMigrationStatus status, PatchContext manager) {
    var fresh = new LiveMigration();
    fresh.setMetadata(new ObjectMetaBuilder().withName(name).build());
    fresh.setStatus(status);
    ask(() -> client.resource(fresh).subresource("status").patch(manager));
  }

  private static <T> T ask(Supplier<T> request) {
    try {
      return request.get();
    } catch (KubernetesClientException e) {
      var code = e.getCode();
      var refused =
          code >= 400 && code < 500 && code != TOO_MANY_REQUESTS && code != REQUEST_TIMEOUT;
      if (refused && code != 401) {
        throw new ReportRefusedException(String.valueOf(e.getMessage()), e);
      }
      throw new ApiUnavailableException("API server: " + e.getMessage(), e);
    }
  }
}
