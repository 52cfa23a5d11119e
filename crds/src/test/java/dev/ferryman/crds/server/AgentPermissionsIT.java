package dev.ferryman.crds.server;

import static dev.ferryman.crds.server.Refusals.assertForbidden;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceSpec;
import dev.ferryman.crds.hostresource.Overcommit;
import dev.ferryman.crds.instance.Instance;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the agent of host-b may do, with the chart as shipped: its own host's part, whichever way it
 * logs in, and nothing else.
 */
@ExtendWith(FerrymanServerExtension.class)
class AgentPermissionsIT {
  private static final String OWN = "host-b";
  private static final String OTHER = "host-c";

  private final FerrymanServer server;
  private final KubernetesClient admin;

  AgentPermissionsIT(FerrymanServer server) {
    this.server = server;
    this.admin = server.admin();
  }

  /** One request of the agent of host-b. */
  @FunctionalInterface
  interface Request {
    void send(AgentPermissionsIT given, KubernetesClient agent);
  }

  @BeforeEach
  void bothHostsAreKnown() {
    for (var name : List.of(OWN, OTHER)) {
      if (!isAlive(name)) {
        forget(name);
        Host.named(admin, name).enter(HostResourceSpec.DEFAULT).alive("True");
      }
      Leases.delete(admin, name);
    }
  }

  @ParameterizedTest(name = "{1} ({0})")
  @MethodSource("allowed")
  void isAllowed(AgentLogin login, String what, Request request) {
    var agent = login.agent(server, OWN);

    assertThatCode(() -> request.send(this, agent)).doesNotThrowAnyException();
  }

  static Stream<Arguments> allowed() {
    return forEachLogin(
        allowed(
            "report as source, and start",
            (given, agent) -> given.migrating().as(agent).source(SourceState.Starting, 3)),
        allowed(
            "report as destination",
            (given, agent) ->
                given.towardsOwnHost().as(agent).destination(OWN, report -> report.sequence(2L))),
        allowed(
            "clean up after the move is over",
            (given, agent) ->
                given.migrating().phase(Phase.Failed).as(agent).source(SourceState.CleanedUp, 3)),
        allowed(
            "enter its host",
            (given, agent) -> {
              given.forget(OWN);
              Host.named(agent, OWN).enter(null);
            }),
        allowed(
            "enter its host, which may receive instances",
            (given, agent) -> {
              given.forget(OWN);
              Host.named(agent, OWN).enter(HostResourceSpec.DEFAULT);
            }),
        allowed(
            "describe its host",
            (given, agent) ->
                Host.named(agent, OWN)
                    .agent(
                        status ->
                            status
                                .bootID(Host.BOOT)
                                .instanceCount(0)
                                .conditions(List.of(Apply.condition("Ready", "True"))))),
        allowed("send its heartbeat", (given, agent) -> Leases.createAndRenew(agent, OWN)),
        allowed("see another host", (given, agent) -> Host.named(agent, OTHER).read()),
        allowed(
            "see all migrations", (given, agent) -> agent.resources(LiveMigration.class).list()),
        allowed("tell events", (given, agent) -> Events.create(agent, "default")));
  }

  @ParameterizedTest(name = "{1} ({0})")
  @MethodSource("refused")
  void isRefused(AgentLogin login, String what, String reason, Request request) {
    var agent = login.agent(server, OWN);

    assertForbidden(reason, () -> request.send(this, agent));
  }

  static Stream<Arguments> refused() {
    return Stream.of(refusedOnMigrations(), refusedOnHosts(), refusedElsewhere())
        .flatMap(cases -> cases);
  }

  static Stream<Arguments> refusedOnMigrations() {
    var notTheOperator = "agents may write only status.source and status.destination";
    var noStart =
        "source.state may not become Starting while the LiveMigration is being deleted, or for an"
            + " attempt that is not this object's";
    return forEachLogin(
        refused(
            "report for the other host as destination",
            "host host-b is not the destination of this LiveMigration",
            (given, agent) -> given.migrating().as(agent).destination(DestinationState.Checked, 9)),
        refused(
            "report for the other host as source",
            "host host-b is not the source of this LiveMigration",
            (given, agent) ->
                given
                    .towardsOwnHost()
                    .as(agent)
                    .apply(
                        "ferryman-agent-host-b-source",
                        status()
                            .source(given.towardsOwnHost.sourceReport(r -> r.sequence(9L)))
                            .build())),
        refused(
            "settle the migration itself",
            notTheOperator,
            (given, agent) -> given.migrating().as(agent).phase(Phase.Failed)),
        refused(
            "settle the migration along with its report",
            notTheOperator,
            (given, agent) -> {
              var move = given.migrating();
              var report = move.sourceReport(r -> r.state(SourceState.Refused).sequence(3L));
              move.as(agent)
                  .apply(
                      "ferryman-agent-host-b-source",
                      status().phase(Phase.Failed).source(report).build());
            }),
        refused(
            "give a condition",
            notTheOperator,
            (given, agent) ->
                given
                    .migrating()
                    .as(agent)
                    .operator(s -> s.conditions(List.of(Apply.condition("Succeeded", "True"))))),
        refused(
            "declare the source fenced",
            notTheOperator,
            (given, agent) -> given.migrating().as(agent).settlingWithFence(Move.SOURCE_BOOT)),
        refused(
            "remove the operator's checks",
            notTheOperator,
            (given, agent) ->
                given
                    .migrating()
                    .operator(s -> s.conditions(List.of(Apply.condition("Succeeded", "Unknown"))))
                    .as(agent)
                    .mergeStatus("{\"status\":{\"conditions\":null}}")),
        refused(
            "start while the migration is being deleted",
            noStart,
            (given, agent) ->
                given
                    .migrating()
                    .merge("{\"metadata\":{\"finalizers\":[\"ferryman.dev/settlement\"]}}")
                    .delete()
                    .as(agent)
                    .source(SourceState.Starting, 3)),
        refused(
            "start an attempt of another object",
            noStart,
            (given, agent) ->
                given.migratingWithForeignAttempt().as(agent).source(SourceState.Starting, 3)),
        refused(
            "order a migration",
            "cannot create resource \"livemigrations\"",
            (given, agent) -> Move.order(agent)),
        refused(
            "cancel a migration",
            "cannot patch resource \"livemigrations\"",
            (given, agent) -> given.migrating().as(agent).cancel()),
        refused(
            "take a finalizer off",
            "cannot patch resource \"livemigrations\"",
            (given, agent) ->
                given.migrating().as(agent).merge("{\"metadata\":{\"finalizers\":null}}")),
        refused(
            "delete a migration",
            "cannot delete resource \"livemigrations\"",
            (given, agent) -> given.migrating().as(agent).delete()));
  }

  static Stream<Arguments> refusedOnHosts() {
    var ownHost = "agent of host host-b may write only its own HostResource, not host-";
    var administrators =
        "an agent may not set fenced, unschedulable or any other spec of its HostResource";
    var operators = "schedulable and the condition Alive are the operator's";
    return forEachLogin(
        refused(
            "enter another host",
            ownHost + "c",
            (given, agent) -> {
              given.forget(OTHER);
              Host.named(agent, OTHER).enter(HostResourceSpec.DEFAULT);
            }),
        refused(
            "enter a host that nobody knows",
            ownHost + "z",
            (given, agent) -> Host.named(agent, "host-z").enter(HostResourceSpec.DEFAULT)),
        refused(
            "describe another host",
            ownHost + "c",
            (given, agent) -> Host.named(agent, OTHER).agent(s -> s.bootID("mine"))),
        refused(
            "enter its host as unschedulable",
            administrators,
            (given, agent) -> {
              given.forget(OWN);
              Host.named(agent, OWN).enter(new HostResourceSpec(true, null, null, null));
            }),
        refused(
            "enter its host with limits of its own",
            administrators,
            (given, agent) -> {
              given.forget(OWN);
              Host.named(agent, OWN)
                  .enter(
                      new HostResourceSpec(null, null, new Overcommit(100.0, 100.0, null), null));
            }),
        refused(
            "call itself alive",
            operators,
            (given, agent) ->
                Host.named(agent, OWN)
                    .agent(s -> s.conditions(List.of(Apply.condition("Alive", "Unknown"))))),
        refused(
            "remove the operator's judgement",
            operators,
            (given, agent) ->
                Host.named(agent, OWN).mergeStatus("{\"status\":{\"conditions\":[]}}")),
        refused(
            "call itself schedulable",
            operators,
            (given, agent) -> Host.named(agent, OWN).agent(s -> s.schedulable(false))),
        refused(
            "fence its host",
            "cannot patch resource \"hostresources\"",
            (given, agent) -> Host.named(agent, OWN).fence(Host.BOOT)),
        refused(
            "change the settings of its host",
            "cannot patch resource \"hostresources\"",
            (given, agent) -> Host.named(agent, OWN).merge("{\"spec\":{\"unschedulable\":false}}")),
        refused(
            "delete its host",
            "cannot delete resource \"hostresources\"",
            (given, agent) -> Host.named(agent, OWN).delete()),
        refused(
            "send another host's heartbeat",
            "agent of host host-b may write only its own Lease",
            (given, agent) -> Leases.createAndRenew(agent, OTHER)),
        refused(
            "renew another host's heartbeat",
            "agent of host host-b may write only its own Lease",
            (given, agent) -> {
              Leases.createAndRenew(given.admin, OTHER);
              Leases.renew(agent, OTHER);
            }),
        refused(
            "lead",
            "agent of host host-b may write only its own Lease",
            (given, agent) -> Leases.createAndRenew(agent, "ferryman-operator")),
        refused(
            "delete its heartbeat",
            "cannot delete resource \"leases\"",
            (given, agent) -> Leases.delete(agent, OWN)));
  }

  static Stream<Arguments> refusedElsewhere() {
    return forEachLogin(
        refused(
            "list instances",
            "cannot list resource \"instances\"",
            (given, agent) -> agent.resources(Instance.class).list()),
        refused(
            "see all hosts",
            "cannot list resource \"hostresources\"",
            (given, agent) -> agent.resources(HostResource.class).list()),
        refused(
            "see another host's Lease",
            "cannot get resource \"leases\"",
            (given, agent) ->
                agent.leases().inNamespace(FerrymanServer.NAMESPACE).withName(OTHER).get()),
        refused(
            "enter an instance",
            "cannot create resource \"instances\"",
            (given, agent) -> agent.resource(instance()).create()),
        refused(
            "say where an instance runs",
            "cannot patch resource \"instances/status\"",
            (given, agent) -> Apply.mergeStatus(agent, instance(), "{\"status\":{}}")),
        refused(
            "list heartbeats",
            "cannot list resource \"leases\"",
            (given, agent) -> agent.leases().inNamespace(FerrymanServer.NAMESPACE).list()),
        refused(
            "write a Lease of another namespace",
            "cannot create resource \"leases\"",
            (given, agent) -> Leases.createIn(agent, "kube-system", OWN)),
        refused(
            "tell events elsewhere",
            "cannot create resource \"events\"",
            (given, agent) -> Events.create(agent, FerrymanServer.NAMESPACE)),
        refused(
            "read secrets",
            "cannot list resource \"secrets\"",
            (given, agent) -> agent.secrets().inNamespace(FerrymanServer.NAMESPACE).list()),
        refused(
            "see nodes", "cannot list resource \"nodes\"", (given, agent) -> agent.nodes().list()),
        refused(
            "issue tokens",
            "cannot create resource \"serviceaccounts/token\"",
            (given, agent) ->
                agent
                    .serviceAccounts()
                    .inNamespace(FerrymanServer.NAMESPACE)
                    .withName("ferryman-operator")
                    .tokenRequest(new TokenRequest())),
        refused(
            "lift the policy",
            "cannot delete resource \"validatingadmissionpolicies\"",
            (given, agent) ->
                agent
                    .admissionRegistration()
                    .v1()
                    .validatingAdmissionPolicies()
                    .withName("ferryman-agent-own-host")
                    .delete()));
  }

  @Test
  void aThirdHostHasNoSayInAMigration() {
    var third = server.nodeAgent("host-d");
    var move = migrating();

    assertForbidden(
        "host host-d is not the source", () -> move.as(third).source(SourceState.Starting, 3));
    assertForbidden(
        "host host-d is not the destination",
        () -> move.as(third).destination(DestinationState.Checked, 9));
  }

  @Test
  void anAgentThatShowsNoHostWritesNothing() {
    var nobody = server.agentOfNoHost();
    var reason = "agent has no host identity";
    var move = migrating();

    assertForbidden(reason, () -> move.as(nobody).source(SourceState.Starting, 3));
    assertForbidden(reason, () -> Host.named(nobody, OWN).agent(s -> s.bootID("mine")));
    assertForbidden(reason, () -> Leases.createAndRenew(nobody, OWN));
  }

  private Move towardsOwnHost;

  private Move migrating() {
    return Move.order(admin).migrating();
  }

  /** From host-c, to host-b. */
  private Move towardsOwnHost() {
    var move = Move.order(admin);
    towardsOwnHost =
        move.operator(s -> move.chosen(s.phase(Phase.Checking), 1, OWN).sourceHost(OTHER));
    return towardsOwnHost;
  }

  /** As restored from another cluster, say: the attempt's uid is that of another object. */
  private Move migratingWithForeignAttempt() {
    var other = Move.order(admin);
    return Move.order(admin)
        .operator(status -> other.chosen(status.phase(Phase.Checking), 1, Move.DESTINATION))
        .source(SourceState.Checking, 1)
        .source(SourceState.Checked, 2)
        .phase(Phase.Migrating);
  }

  private boolean isAlive(String name) {
    var host = Host.named(admin, name).read();
    return host != null
        && host.getStatus() != null
        && host.getStatus().conditions().stream().anyMatch(c -> "Alive".equals(c.getType()));
  }

  private void forget(String name) {
    var host = Host.named(admin, name);
    if (host.read() != null) {
      host.mergeStatus("{\"status\":{\"instanceCount\":0,\"conditions\":[]}}").delete();
    }
  }

  private static LiveMigrationStatusBuilder status() {
    return LiveMigrationStatusBuilder.builder();
  }

  private static Instance instance() {
    var instance = new Instance();
    instance.setMetadata(new ObjectMetaBuilder().withName("i-of-an-agent").build());
    return instance;
  }

  private static Arguments allowed(String what, Request request) {
    return arguments(what, request);
  }

  private static Arguments refused(String what, String reason, Request request) {
    return arguments(what, reason, request);
  }

  private static Stream<Arguments> forEachLogin(Arguments... cases) {
    return Stream.of(AgentLogin.values())
        .flatMap(
            login ->
                Stream.of(cases)
                    .map(
                        one ->
                            arguments(
                                Stream.concat(Stream.of(login), Stream.of(one.get())).toArray())));
  }

  @Test
  void theLoginsAreDistinctUsersOfTheSameHost() {
    assertThat(AgentLogin.values())
        .extracting(login -> Whoami.of(login.agent(server, OWN)))
        .containsExactly(
            "ferryman-agent-host-b, node ?",
            "ferryman-agent, node host-b",
            "ferryman-agent-host-b, node ?",
            "ferryman-agent, node host-b",
            "ferryman-agent, node host-b");
  }
}
