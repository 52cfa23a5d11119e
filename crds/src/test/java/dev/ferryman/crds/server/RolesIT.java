package dev.ferryman.crds.server;

import static dev.ferryman.crds.server.Refusals.assertForbidden;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceSpec;
import dev.ferryman.crds.instance.Instance;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All that the chart's roles allow, and what people may do with those that are for them. */
@ExtendWith(FerrymanServerExtension.class)
class RolesIT {
  private static final String RBAC = "rbac.authorization.k8s.io";

  private final FerrymanServer server;
  private final KubernetesClient admin;

  RolesIT(FerrymanServer server) {
    this.server = server;
    this.admin = server.admin();
  }

  /** Whoever widens a role changes this text too, and says why. */
  @Test
  void allowThisAndNothingElse() {
    var clusterRoles =
        admin.rbac().clusterRoles().list().getItems().stream()
            .filter(role -> role.getMetadata().getName().startsWith("ferryman-"))
            .flatMap(role -> lines(role.getMetadata().getName(), role.getRules()));
    var roles =
        admin.rbac().roles().inAnyNamespace().list().getItems().stream()
            .filter(role -> role.getMetadata().getName().startsWith("ferryman-"))
            .flatMap(
                role ->
                    lines(
                        role.getMetadata().getNamespace() + "/" + role.getMetadata().getName(),
                        role.getRules()));

    assertThat(Stream.concat(clusterRoles, roles).sorted().toList())
        .containsExactlyElementsOf(
            """
            default/ferryman-agent-events: events.k8s.io events: create
            default/ferryman-operator-events: events.k8s.io events: create
            ferryman-admin: ferryman.dev hostresources: create delete deletecollection patch update
            ferryman-admin: ferryman.dev hostresources: get list watch
            ferryman-admin: ferryman.dev instances: get list watch
            ferryman-admin: ferryman.dev livemigrations: create delete deletecollection patch update
            ferryman-admin: ferryman.dev livemigrations: get list watch
            ferryman-agent: ferryman.dev hostresources/status: patch
            ferryman-agent: ferryman.dev hostresources: create get
            ferryman-agent: ferryman.dev livemigrations/status: patch
            ferryman-agent: ferryman.dev livemigrations: get list watch
            ferryman-operator: ferryman.dev hostresources/status: patch
            ferryman-operator: ferryman.dev hostresources: get list watch
            ferryman-operator: ferryman.dev instances/status: patch
            ferryman-operator: ferryman.dev instances: create delete get list patch watch
            ferryman-operator: ferryman.dev livemigrations/status: patch
            ferryman-operator: ferryman.dev livemigrations: delete get list patch watch
            ferryman-part-order: ferryman.dev hostresources: create delete deletecollection patch update
            ferryman-part-order: ferryman.dev livemigrations: create delete deletecollection patch update
            ferryman-part-view: ferryman.dev hostresources: get list watch
            ferryman-part-view: ferryman.dev instances: get list watch
            ferryman-part-view: ferryman.dev livemigrations: get list watch
            ferryman-system/ferryman-agent: coordination.k8s.io leases: create patch
            ferryman-system/ferryman-operator: coordination.k8s.io leases [ferryman-operator]: patch update
            ferryman-system/ferryman-operator: coordination.k8s.io leases: create get list watch
            ferryman-viewer: ferryman.dev hostresources: get list watch
            ferryman-viewer: ferryman.dev instances: get list watch
            ferryman-viewer: ferryman.dev livemigrations: get list watch
            """
                .lines()
                .toList());
  }

  private static Stream<String> lines(String role, List<PolicyRule> rules) {
    return rules.stream()
        .flatMap(
            rule ->
                rule.getResources().stream()
                    .map(
                        resource ->
                            "%s: %s %s%s: %s"
                                .formatted(
                                    role,
                                    String.join(",", rule.getApiGroups()),
                                    resource,
                                    rule.getResourceNames().isEmpty()
                                        ? ""
                                        : " " + rule.getResourceNames(),
                                    String.join(" ", rule.getVerbs().stream().sorted().toList()))));
  }

  /** A role with such a label would become part of admin, edit or view of every namespace. */
  @Test
  void areNotAggregatedToNamespacesRoles() {
    assertThat(admin.rbac().clusterRoles().list().getItems())
        .filteredOn(role -> role.getMetadata().getName().startsWith("ferryman-"))
        .isNotEmpty()
        .noneMatch(RolesIT::isAggregated);
  }

  /** Kubernetes' controller makes their rules up from these; this API server runs without it. */
  @Test
  void ofPeopleAreTheSumOfTheirParts() {
    var roles = admin.rbac().clusterRoles();
    for (var role : List.of("admin", "viewer")) {
      var whole = roles.withName("ferryman-" + role).get();
      var selector = whole.getAggregationRule().getClusterRoleSelectors().get(0).getMatchLabels();
      var parts = roles.withLabels(selector).list().getItems();

      assertThat(parts).isNotEmpty();
      assertThat(parts.stream().flatMap(part -> part.getRules().stream()).toList())
          .containsExactlyInAnyOrderElementsOf(whole.getRules());
    }
  }

  private static boolean isAggregated(ClusterRole role) {
    return role.getMetadata().getLabels().keySet().stream()
        .anyMatch(label -> label.contains("aggregate-to"));
  }

  @Test
  void anAdministratorOrdersCancelsAndDeletesMovesAndSetsHosts() {
    var person = bound("ferryman-admin");

    assertThatCode(
            () -> {
              Move.order(person).cancel();
              Move.order(person).delete();
              Host.create(admin).as(person).merge("{\"spec\":{\"unschedulable\":true}}");
              Host.create(admin).alive("False").as(person).fence(Host.BOOT);
              person.resources(Instance.class).list();
            })
        .doesNotThrowAnyException();
  }

  @Test
  void anAdministratorSaysNothingInFerrymansName() {
    var person = bound("ferryman-admin");

    assertForbidden(
        "cannot patch resource \"livemigrations/status\"",
        () -> Move.order(admin).as(person).checking());
    assertForbidden(
        "cannot patch resource \"hostresources/status\"",
        () -> Host.create(admin).as(person).alive("False"));
    assertForbidden(
        "cannot create resource \"instances\"",
        () -> {
          var instance = new Instance();
          instance.setMetadata(new ObjectMetaBuilder().withName(Apply.newName("i")).build());
          person.resource(instance).create();
        });
    assertForbidden(
        "cannot list resource \"leases\"",
        () -> person.leases().inNamespace(FerrymanServer.NAMESPACE).list());
  }

  @Test
  void aViewerSeesAllAndChangesNothing() {
    var person = bound("ferryman-viewer");

    person.resources(HostResource.class).list();
    person.resources(Instance.class).list();
    assertForbidden("cannot create resource \"livemigrations\"", () -> Move.order(person));
    assertForbidden(
        "cannot patch resource \"livemigrations\"", () -> Move.order(admin).as(person).cancel());
    assertForbidden(
        "cannot delete resource \"livemigrations\"", () -> Move.order(admin).as(person).delete());
    assertForbidden(
        "cannot patch resource \"hostresources\"",
        () -> Host.create(admin).as(person).merge("{\"spec\":{\"unschedulable\":true}}"));
  }

  /** The cluster's own roles for whoever administers a namespace, and ours bound in one. */
  @ParameterizedTest
  @ValueSource(strings = {"admin", "edit", "ferryman-admin"})
  void whoAdministersANamespaceSeesAndMovesNothing(String role) {
    var namespace = Apply.newName("tenant");
    admin
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
        .create();
    admin
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withName("tenant")
                .withNamespace(namespace)
                .endMetadata()
                .withNewRoleRef(RBAC, "ClusterRole", role)
                .addNewSubject()
                .withKind("ServiceAccount")
                .withNamespace(namespace)
                .withName("tenant")
                .endSubject()
                .build())
        .create();
    var tenant = server.controlPlane().clientAs(namespace, "tenant", Map.of());

    assertForbidden(
        "cannot list resource \"livemigrations\"",
        () -> tenant.resources(LiveMigration.class).list());
    assertForbidden(
        "cannot list resource \"hostresources\"",
        () -> tenant.resources(HostResource.class).list());
    assertForbidden("cannot create resource \"livemigrations\"", () -> Move.order(tenant));
    assertForbidden(
        "cannot create resource \"hostresources\"",
        () -> Host.named(tenant, Apply.newName("h")).enter(HostResourceSpec.DEFAULT));
  }

  /** A person with that role in the whole cluster. */
  private KubernetesClient bound(String role) {
    var name = Apply.newName("person");
    admin
        .resource(
            new ClusterRoleBindingBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewRoleRef(RBAC, "ClusterRole", role)
                .addNewSubject()
                .withKind("ServiceAccount")
                .withNamespace("default")
                .withName(name)
                .endSubject()
                .build())
        .create();
    var person = server.controlPlane().clientAs("default", name, Map.of());
    // The server learns of the binding by a watch.
    await().ignoreExceptions().until(() -> person.resources(LiveMigration.class).list() != null);
    return person;
  }
}
