package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.tryLab;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceSpec;
import dev.ferryman.crds.hostresource.HostResourceStatus;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.crds.hostresource.Hypervisor;
import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.DestinationReportBuilder;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SourceReportBuilder;
import dev.ferryman.crds.livemigration.SourceState;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A host of which there is only what its agent would write: its HostResource, its Lease, and its
 * half of migrations. All real hosts of the lab are alike.
 */
record OddHost(String name, ScheduledExecutorService heartbeat) {
  private static final String NAMESPACE = "ferryman-system";
  private static final String BOOT = "0b0b0b0b-0000-4000-8000-000000000001";

  /** One that counts as alive from now on, until it falls silent. */
  static OddHost begin(String name) {
    var heartbeat =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              var thread = new Thread(task, "heartbeat of " + name);
              thread.setDaemon(true);
              return thread;
            });
    var host = new OddHost(name, heartbeat);
    // As often as an agent does.
    heartbeat.scheduleWithFixedDelay(host::renewLease, 0, 10, TimeUnit.SECONDS);
    return host;
  }

  /** It counts as alive for at most 40 s more. */
  void fallSilent() throws InterruptedException {
    heartbeat.shutdown();
    if (!heartbeat.awaitTermination(60, TimeUnit.SECONDS)) {
      throw new AssertionError("the heartbeat of " + name + " does not end");
    }
  }

  private void renewLease() {
    Api.CLIENT.resource(lease()).forceConflicts().serverSideApply();
  }

  /** Publishes what it is and has, and waits until it counts as alive. */
  void publish(Hypervisor hypervisor, int vcpus, List<HostInstance> instances) {
    if (Api.host(name) == null) {
      var host = new HostResource();
      host.setMetadata(named(name));
      host.setSpec(HostResourceSpec.DEFAULT);
      Api.CLIENT.resource(host).create();
    }
    write(
        HostResourceStatusBuilder.builder()
            .bootID(BOOT)
            .total(new Resources(vcpus, 32_000L, 100L))
            .used(new Resources(0, 1_000L, 1L))
            .committed(new Resources(0, 0L, 0L))
            .hypervisor(hypervisor)
            .instances(instances)
            .instanceCount(instances.size())
            .conditions(
                List.of(
                    new ConditionBuilder()
                        .withType("Ready")
                        .withStatus("True")
                        .withReason("AgentRunning")
                        .withMessage("as the test says")
                        .withLastTransitionTime(
                            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                        .build()))
            .build());
    await(name + " alive")
        .atMost(Duration.ofSeconds(60))
        .until(() -> Api.isHost(name, "Alive", "True"));
  }

  private void write(HostResourceStatus status) {
    var host = new HostResource();
    host.setMetadata(named(name));
    host.setStatus(status);
    Api.CLIENT.resource(host).subresource("status").patch(writtenBy("ferryman-agent-" + name));
  }

  /** The first word of a report as the source of the attempt that is under way. */
  SourceReportBuilder asSource(String migration) {
    return SourceReportBuilder.builder()
        .attemptUID(Api.status(migration).attempt().uid())
        .sequence(1L)
        .bootID(BOOT)
        .libvirtdStartTime(1L)
        .state(SourceState.Checked);
  }

  /** The first word of a report as the destination of the attempt that is under way. */
  DestinationReportBuilder asDestination(String migration) {
    return DestinationReportBuilder.builder()
        .attemptUID(Api.status(migration).attempt().uid())
        .sequence(1L)
        .bootID(BOOT)
        .libvirtdStartTime(1L);
  }

  /** Writes its half as the source, as an agent does. */
  void report(String migration, SourceReport report) {
    write(migration, LiveMigrationStatusBuilder.builder().source(report), "source");
  }

  /** Writes its half as the destination. */
  void report(String migration, DestinationReport report) {
    write(migration, LiveMigrationStatusBuilder.builder().destination(report), "destination");
  }

  private void write(String migration, LiveMigrationStatusBuilder half, String part) {
    var fresh = new LiveMigration();
    fresh.setMetadata(named(migration));
    fresh.setStatus(half.build());
    Api.CLIENT
        .resource(fresh)
        .subresource("status")
        .patch(writtenBy("ferryman-agent-" + name + "-" + part));
  }

  /** Gives the host up; one that has instances, or may be alive, is not given up. */
  void remove() throws InterruptedException {
    fallSilent();
    write(HostResourceStatusBuilder.builder().bootID(BOOT).instanceCount(0).build());
    Api.CLIENT.resource(lease()).delete();
    await("end of " + name)
        .atMost(Duration.ofSeconds(90))
        .until(() -> tryLab("kubectl", "delete", "hostresource", name).exitCode() == 0);
  }

  private static ObjectMeta named(String name) {
    return new ObjectMetaBuilder().withName(name).build();
  }

  private static PatchContext writtenBy(String manager) {
    return new PatchContext.Builder()
        .withPatchType(PatchType.SERVER_SIDE_APPLY)
        .withFieldManager(manager)
        .withForce(true)
        .build();
  }

  private Lease lease() {
    return new LeaseBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(NAMESPACE)
        .addToLabels("ferryman.dev/heartbeat", "true")
        .endMetadata()
        .withNewSpec()
        .withHolderIdentity(name)
        .withLeaseDurationSeconds(40)
        .withRenewTime(ZonedDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS))
        .endSpec()
        .build();
  }
}
