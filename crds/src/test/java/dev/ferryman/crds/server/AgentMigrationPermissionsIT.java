package dev.ferryman.crds.server;

import static dev.ferryman.crds.server.Refusals.assertForbidden;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the agent of host-b may do to migrations, with the chart as shipped: its own host's part,
 * whichever way it logs in, and nothing else.
 */
@ExtendWith(FerrymanServerExtension.class)
class AgentMigrationPermissionsIT {
  private static final String OWN = "host-b";
  private static final String OTHER = "host-c";

  private final FerrymanServer server;
  private final KubernetesClient admin;

  AgentMigrationPermissionsIT(FerrymanServer server) {
    this.server = server;
    this.admin = server.admin();
  }

  @ParameterizedTest(name = "{1} ({0})")
  @MethodSource("allowed")
  void isAllowed(
      AgentLogin login, String what, AgentCases.Request<AgentMigrationPermissionsIT> request) {
    var agent = login.agent(server, OWN);

    assertThatCode(() -> request.send(this, agent)).doesNotThrowAnyException();
  }

  static Stream<Arguments> allowed() {
    return AgentCases.forEachLogin(
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
            "see all migrations", (given, agent) -> agent.resources(LiveMigration.class).list()));
  }

  @ParameterizedTest(name = "{1} ({0})")
  @MethodSource("refused")
  void isRefused(
      AgentLogin login,
      String what,
      String reason,
      AgentCases.Request<AgentMigrationPermissionsIT> request) {
    var agent = login.agent(server, OWN);

    assertForbidden(reason, () -> request.send(this, agent));
  }

  static Stream<Arguments> refused() {
    var notTheOperator = "agents may write only status.source and status.destination";
    var noStart =
        "source.state may not become Starting while the LiveMigration is being deleted, or for an"
            + " attempt that is not this object's";
    return AgentCases.forEachLogin(
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

  private static LiveMigrationStatusBuilder status() {
    return LiveMigrationStatusBuilder.builder();
  }

  private static Arguments allowed(
      String what, AgentCases.Request<AgentMigrationPermissionsIT> request) {
    return arguments(what, request);
  }

  private static Arguments refused(
      String what, String reason, AgentCases.Request<AgentMigrationPermissionsIT> request) {
    return arguments(what, reason, request);
  }
}
