package dev.ferryman.crds.server;

import static dev.ferryman.crds.server.Refusals.assertForbidden;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.hostresource.HostResourceSpec;
import dev.ferryman.crds.instance.Instance;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The policy holds an agent to its host by itself, also where roles give it far too much. */
@ExtendWith(FerrymanServerExtension.class)
class PolicyWithoutRolesIT {
  private static final String HOST = "host-with-wide-roles";

  private final KubernetesClient admin;
  private final KubernetesClient agent;
  private final ClusterRoleBinding wideRole =
      new ClusterRoleBindingBuilder()
          .withNewMetadata()
          .withName(HOST)
          .endMetadata()
          .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "cluster-admin")
          .addNewSubject()
          .withKind("ServiceAccount")
          .withNamespace(FerrymanServer.NAMESPACE)
          .withName("ferryman-agent-" + HOST)
          .endSubject()
          .build();

  PolicyWithoutRolesIT(FerrymanServer server) {
    this.admin = server.admin();
    this.agent = server.controlPlane().clientAs(FerrymanServer.NAMESPACE, account(), Map.of());
  }

  private static String account() {
    return "ferryman-agent-" + HOST;
  }

  @BeforeEach
  void widen() {
    admin.resource(wideRole).create();
    Host.named(admin, HOST).enter(HostResourceSpec.DEFAULT);
    // The server learns of the binding by a watch.
    await().ignoreExceptions().until(() -> agent.nodes().list() != null);
  }

  @AfterEach
  void narrow() {
    Host.named(admin, HOST).delete();
    admin.resource(wideRole).delete();
  }

  @Test
  void itKeepsToTheStatusOfItsOwnObjects() {
    var host = Host.named(agent, HOST);
    assertForbidden(
        "an agent may not set fenced, unschedulable or any other spec of its HostResource",
        () -> host.merge("{\"spec\":{\"unschedulable\":true}}"));
    assertForbidden("may write only its own HostResource", host::delete);
    Leases.createAndRenew(agent, HOST);
    assertForbidden("may write only its own Lease", () -> Leases.delete(agent, HOST));
  }

  @Test
  void itLeavesOrdersToAdministrators() {
    var reason = "agents may write only the status of a LiveMigration";
    var move = Move.order(admin);

    assertForbidden(reason, () -> Move.order(agent));
    assertForbidden(reason, () -> move.as(agent).cancel());
    assertForbidden(reason, () -> move.as(agent).delete());
  }

  @Test
  void itLeavesInstancesToTheOperator() {
    var instance = new Instance();
    instance.setMetadata(new ObjectMetaBuilder().withName(Apply.newName("i")).build());

    assertForbidden("agents may not write instances", () -> agent.resource(instance).create());
  }
}
