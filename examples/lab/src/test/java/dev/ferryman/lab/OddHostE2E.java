package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.tryLab;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceSpec;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.crds.hostresource.Hypervisor;
import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.livemigration.LiveMigration;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A destination of another kind, of which there is only what its agent would publish: all hosts of
 * the lab are alike.
 */
class OddHostE2E extends LabTest {
  private static final String HOST = "host-odd";
  private static final String NAMESPACE = "ferryman-system";

  private static Guest guest;

  @BeforeAll
  static void createGuest() {
    guest = Guest.create("settled", "host-b").awaitBeating();
  }

  @AfterAll
  static void removeAll() {
    guest.close();
    Api.CLIENT.resource(lease()).delete();
    // One that may be alive is not given up.
    await("end of " + HOST)
        .atMost(Duration.ofSeconds(90))
        .until(() -> tryLab("kubectl", "delete", "hostresource", HOST).exitCode() == 0);
  }

  @BeforeEach
  void renewLease() {
    Api.CLIENT.resource(lease()).forceConflicts().serverSideApply();
  }

  @Test
  void isRefusedForAllThatItIsNotAtOnce() {
    var uuid = "0b0b0b0b-0000-4000-8000-00000000000d";
    publish(new Hypervisor("xen", "6.1.0", "6.1.0", "aarch64", uuid, null, List.of("virt-6.1")), 0);

    var end = refused("HypervisorMismatch");

    assertThat(reasons(end))
        .contains(
            "HypervisorMismatch", "ArchitectureMismatch", "HypervisorTooOld", "InsufficientVCPUs");
  }

  @Test
  void isRefusedWhereItIsTheSourceUnderAnotherName() {
    publish(Api.host("host-b").getStatus().hypervisor(), 2);

    refused("SameHost");
  }

  private LiveMigration refused(String reason) {
    Api.order(migration, guest.name(), HOST);
    var end = Api.awaitEnd(migration);
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo(reason);
    guest.assertRunsOnlyOn("host-b");
    guest.awaitBeating().assertNoHeartbeatLost();
    assertNothingLeft(end);
    return end;
  }

  private static List<String> reasons(LiveMigration end) {
    return end.getStatus().checks().stream()
        .filter(check -> check.outcome() == CheckOutcome.Fail)
        .map(Check::reason)
        .toList();
  }

  private static void publish(Hypervisor hypervisor, int vcpus) {
    if (Api.host(HOST) == null) {
      var host = bare();
      host.setSpec(HostResourceSpec.DEFAULT);
      Api.CLIENT.resource(host).create();
    }
    var host = bare();
    host.setStatus(
        HostResourceStatusBuilder.builder()
            .bootID("0b0b0b0b-0000-4000-8000-000000000001")
            .total(new Resources(vcpus, 32_000L, 100L))
            .used(new Resources(0, 1_000L, 1L))
            .committed(new Resources(0, 0L, 0L))
            .hypervisor(hypervisor)
            .instanceCount(0)
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
    Api.CLIENT
        .resource(host)
        .subresource("status")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager("ferryman-agent-" + HOST)
                .withForce(true)
                .build());
    await(HOST + " alive")
        .atMost(Duration.ofSeconds(20))
        .until(() -> Api.isHost(HOST, "Alive", "True"));
  }

  private static HostResource bare() {
    var host = new HostResource();
    host.setMetadata(new ObjectMetaBuilder().withName(HOST).build());
    return host;
  }

  private static Lease lease() {
    return new LeaseBuilder()
        .withNewMetadata()
        .withName(HOST)
        .withNamespace(NAMESPACE)
        .addToLabels("ferryman.dev/heartbeat", "true")
        .endMetadata()
        .withNewSpec()
        .withHolderIdentity(HOST)
        .withLeaseDurationSeconds(40)
        .withRenewTime(ZonedDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS))
        .endSpec()
        .build();
  }
}
