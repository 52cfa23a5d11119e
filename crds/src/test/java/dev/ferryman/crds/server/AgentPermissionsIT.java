package dev.ferryman.crds.server;

import static dev.ferryman.crds.server.Refusals.assertForbidden;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceSpec;
import dev.ferryman.crds.hostresource.Overcommit;
import dev.ferryman.crds.instance.Instance;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.testing.FerrymanServer;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments;

/**
 * What the agent of host-b may do beside migrations, with the chart as shipped: describe its own
 * host, whichever way it logs in, and nothing else.
 */
class AgentPermissionsIT extends AgentCases {
  AgentPermissionsIT(FerrymanServer server) {
    super(server);
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

  @Override
  Stream<Arguments> allowed() {
    return forEachLogin(
        allowed(
            "enter its host",
            agent -> {
              forget(OWN);
              Host.named(agent, OWN).enter(null);
            }),
        allowed(
            "enter its host, which may receive instances",
            agent -> {
              forget(OWN);
              Host.named(agent, OWN).enter(HostResourceSpec.DEFAULT);
            }),
        allowed(
            "describe its host",
            agent ->
                Host.named(agent, OWN)
                    .agent(
                        status ->
                            status
                                .bootID(Host.BOOT)
                                .instanceCount(0)
                                .conditions(List.of(Apply.condition("Ready", "True"))))),
        allowed("send its heartbeat", agent -> Leases.createAndRenew(agent, OWN)),
        allowed("see another host", agent -> Host.named(agent, OTHER).read()),
        allowed("tell events", agent -> Events.create(agent, "default")));
  }

  @Override
  Stream<Arguments> refused() {
    return Stream.concat(refusedOnHosts(), refusedElsewhere());
  }

  private Stream<Arguments> refusedOnHosts() {
    var ownHost = "agent of host host-b may write only its own HostResource, not host-";
    var administrators =
        "an agent may not set fenced, unschedulable or any other spec of its HostResource";
    var operators = "schedulable and the condition Alive are the operator's";
    return forEachLogin(
        refused(
            "enter another host",
            ownHost + "c",
            agent -> {
              forget(OTHER);
              Host.named(agent, OTHER).enter(HostResourceSpec.DEFAULT);
            }),
        refused(
            "enter a host that nobody knows",
            ownHost + "z",
            agent -> Host.named(agent, "host-z").enter(HostResourceSpec.DEFAULT)),
        refused(
            "describe another host",
            ownHost + "c",
            agent -> Host.named(agent, OTHER).agent(s -> s.bootID("mine"))),
        refused(
            "enter its host as unschedulable",
            administrators,
            agent -> {
              forget(OWN);
              Host.named(agent, OWN).enter(new HostResourceSpec(true, null, null, null));
            }),
        refused(
            "enter its host with limits of its own",
            administrators,
            agent -> {
              forget(OWN);
              Host.named(agent, OWN)
                  .enter(
                      new HostResourceSpec(null, null, new Overcommit(100.0, 100.0, null), null));
            }),
        refused(
            "call itself alive",
            operators,
            agent ->
                Host.named(agent, OWN)
                    .agent(s -> s.conditions(List.of(Apply.condition("Alive", "Unknown"))))),
        refused(
            "remove the operator's judgement",
            operators,
            agent -> Host.named(agent, OWN).mergeStatus("{\"status\":{\"conditions\":[]}}")),
        refused(
            "call itself schedulable",
            operators,
            agent -> Host.named(agent, OWN).agent(s -> s.schedulable(false))),
        refused(
            "fence its host",
            "cannot patch resource \"hostresources\"",
            agent -> Host.named(agent, OWN).fence(Host.BOOT)),
        refused(
            "change the settings of its host",
            "cannot patch resource \"hostresources\"",
            agent -> Host.named(agent, OWN).merge("{\"spec\":{\"unschedulable\":false}}")),
        refused(
            "delete its host",
            "cannot delete resource \"hostresources\"",
            agent -> Host.named(agent, OWN).delete()),
        refused(
            "send another host's heartbeat",
            "agent of host host-b may write only its own Lease",
            agent -> Leases.createAndRenew(agent, OTHER)),
        refused(
            "renew another host's heartbeat",
            "agent of host host-b may write only its own Lease",
            agent -> {
              Leases.createAndRenew(admin, OTHER);
              Leases.renew(agent, OTHER);
            }),
        refused(
            "lead",
            "agent of host host-b may write only its own Lease",
            agent -> Leases.createAndRenew(agent, "ferryman-operator")),
        refused(
            "delete its heartbeat",
            "cannot delete resource \"leases\"",
            agent -> Leases.delete(agent, OWN)));
  }

  private static Stream<Arguments> refusedElsewhere() {
    return forEachLogin(
        refused(
            "list instances",
            "cannot list resource \"instances\"",
            agent -> agent.resources(Instance.class).list()),
        refused(
            "see all hosts",
            "cannot list resource \"hostresources\"",
            agent -> agent.resources(HostResource.class).list()),
        refused(
            "see another host's Lease",
            "cannot get resource \"leases\"",
            agent -> agent.leases().inNamespace(FerrymanServer.NAMESPACE).withName(OTHER).get()),
        refused(
            "enter an instance",
            "cannot create resource \"instances\"",
            agent -> agent.resource(instance()).create()),
        refused(
            "say where an instance runs",
            "cannot patch resource \"instances/status\"",
            agent -> Apply.mergeStatus(agent, instance(), "{\"status\":{}}")),
        refused(
            "list heartbeats",
            "cannot list resource \"leases\"",
            agent -> agent.leases().inNamespace(FerrymanServer.NAMESPACE).list()),
        refused(
            "write a Lease of another namespace",
            "cannot create resource \"leases\"",
            agent -> Leases.createIn(agent, "kube-system", OWN)),
        refused(
            "tell events elsewhere",
            "cannot create resource \"events\"",
            agent -> Events.create(agent, FerrymanServer.NAMESPACE)),
        refused(
            "read secrets",
            "cannot list resource \"secrets\"",
            agent -> agent.secrets().inNamespace(FerrymanServer.NAMESPACE).list()),
        refused("see nodes", "cannot list resource \"nodes\"", agent -> agent.nodes().list()),
        refused(
            "issue tokens",
            "cannot create resource \"serviceaccounts/token\"",
            agent ->
                agent
                    .serviceAccounts()
                    .inNamespace(FerrymanServer.NAMESPACE)
                    .withName("ferryman-operator")
                    .tokenRequest(new TokenRequest())),
        refused(
            "lift the policy",
            "cannot delete resource \"validatingadmissionpolicies\"",
            agent ->
                agent
                    .admissionRegistration()
                    .v1()
                    .validatingAdmissionPolicies()
                    .withName("ferryman-agent-own-host")
                    .delete()));
  }

  @Test
  void anAgentThatShowsNoHostWritesNothing() {
    var nobody = server.agentOfNoHost();
    var reason = "agent has no host identity";
    var move = Move.order(admin).migrating();

    assertForbidden(reason, () -> move.as(nobody).source(SourceState.Starting, 3));
    assertForbidden(reason, () -> Host.named(nobody, OWN).agent(s -> s.bootID("mine")));
    assertForbidden(reason, () -> Leases.createAndRenew(nobody, OWN));
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

  private static Instance instance() {
    var instance = new Instance();
    instance.setMetadata(new ObjectMetaBuilder().withName("i-of-an-agent").build());
    return instance;
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
