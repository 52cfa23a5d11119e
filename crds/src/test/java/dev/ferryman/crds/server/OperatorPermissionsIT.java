package dev.ferryman.crds.server;

import static dev.ferryman.crds.server.Refusals.assertForbidden;
import static dev.ferryman.crds.server.Refusals.assertInvalid;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ferryman.crds.FerrymanApi;
import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceSpec;
import dev.ferryman.crds.instance.Instance;
import dev.ferryman.crds.instance.InstanceStatusBuilder;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the operator may do with the roles as shipped, and what it has no business with. */
@ExtendWith(FerrymanServerExtension.class)
class OperatorPermissionsIT {
  private static final String LEADERSHIP = "ferryman-operator";

  private final KubernetesClient admin;
  private final KubernetesClient operator;

  OperatorPermissionsIT(FerrymanServer server) {
    this.admin = server.admin();
    this.operator = server.operator();
  }

  /** One request of the operator. */
  @FunctionalInterface
  interface Request {
    void send(KubernetesClient admin, KubernetesClient operator);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("allowed")
  void isAllowed(String what, Request request) {
    assertThatCode(() -> request.send(admin, operator)).doesNotThrowAnyException();
  }

  static Stream<Arguments> allowed() {
    return Stream.of(
        allowed("see migrations", (admin, op) -> op.resources(LiveMigration.class).list()),
        allowed("see hosts", (admin, op) -> op.resources(HostResource.class).list()),
        allowed("see instances", (admin, op) -> op.resources(Instance.class).list()),
        allowed(
            "put its finalizer and the hosts' labels on a migration",
            (admin, op) ->
                Move.order(admin)
                    .as(op)
                    .merge(
                        "{\"metadata\":{\"finalizers\":[\"%s\"],\"labels\":{\"%s\":\"source\"}}}"
                            .formatted(FerrymanApi.FINALIZER, FerrymanApi.hostLabel("host-b")))),
        allowed("decide on a migration", (admin, op) -> Move.order(admin).as(op).checking()),
        allowed(
            "delete a migration whose time is over",
            (admin, op) -> Move.order(admin).as(op).delete()),
        allowed("call a host alive", (admin, op) -> Host.create(admin).as(op).alive("True")),
        allowed(
            "enter, describe and remove an instance",
            (admin, op) -> {
              var instance = instance(Apply.newName("i"));
              op.resource(instance).create();
              instance.setStatus(
                  InstanceStatusBuilder.builder()
                      .host("host-b")
                      .state(DomainState.Running)
                      .build());
              Apply.status(op, Apply.OPERATOR, instance);
              op.resource(instance).forceConflicts().serverSideApply();
              op.resource(instance).delete();
            }),
        allowed(
            "see the hosts' heartbeats",
            (admin, op) -> op.leases().inNamespace(FerrymanServer.NAMESPACE).list()),
        allowed(
            "lead",
            (admin, op) -> {
              Leases.delete(admin, LEADERSHIP);
              Leases.lead(op, LEADERSHIP);
            }),
        allowed("tell events", (admin, op) -> Events.create(op, "default")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void isRefused(String what, String reason, Request request) {
    assertForbidden(reason, () -> request.send(admin, operator));
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        refused(
            "order a migration",
            "cannot create resource \"livemigrations\"",
            (admin, op) -> Move.order(op)),
        refused(
            "enter a host",
            "cannot create resource \"hostresources\"",
            (admin, op) -> Host.named(op, "host-x").enter(HostResourceSpec.DEFAULT)),
        refused(
            "set a host unschedulable",
            "cannot patch resource \"hostresources\"",
            (admin, op) -> Host.create(admin).as(op).merge("{\"spec\":{\"unschedulable\":true}}")),
        refused(
            "fence a host",
            "cannot patch resource \"hostresources\"",
            (admin, op) -> Host.create(admin).alive("False").as(op).fence(Host.BOOT)),
        refused(
            "delete a host",
            "cannot delete resource \"hostresources\"",
            (admin, op) -> Host.create(admin).as(op).delete()),
        refused(
            "send a host's heartbeat",
            "cannot patch resource \"leases\"",
            (admin, op) -> {
              Leases.delete(admin, "host-y");
              Leases.createAndRenew(admin, "host-y");
              Leases.renew(op, "host-y");
            }),
        refused(
            "see Leases of other namespaces",
            "cannot list resource \"leases\"",
            (admin, op) -> op.leases().inNamespace("kube-system").list()),
        refused(
            "change what was told",
            "cannot patch resource \"events\"",
            (admin, op) -> Events.repeat(op, Events.create(op, "default"))),
        refused(
            "tell events elsewhere",
            "cannot create resource \"events\"",
            (admin, op) -> Events.create(op, FerrymanServer.NAMESPACE)),
        refused(
            "read secrets",
            "cannot list resource \"secrets\"",
            (admin, op) -> op.secrets().inNamespace(FerrymanServer.NAMESPACE).list()),
        refused("see nodes", "cannot list resource \"nodes\"", (admin, op) -> op.nodes().list()),
        refused(
            "change the roles",
            "cannot list resource \"clusterroles\"",
            (admin, op) -> op.rbac().clusterRoles().list()));
  }

  @Test
  void evenTheOperatorCannotChangeAnOrder() {
    var move = Move.order(admin).as(operator);

    assertInvalid("spec is immutable", () -> move.merge("{\"spec\":{\"destination\":\"host-d\"}}"));
  }

  private static Instance instance(String name) {
    var instance = new Instance();
    instance.setMetadata(new ObjectMetaBuilder().withName(name).build());
    return instance;
  }

  private static Arguments allowed(String what, Request request) {
    return arguments(what, request);
  }

  private static Arguments refused(String what, String reason, Request request) {
    return arguments(what, reason, request);
  }
}
