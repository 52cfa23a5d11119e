package dev.ferryman.crds.server;

import static dev.ferryman.crds.server.Refusals.assertForbidden;

import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.testing.FerrymanServer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments;

/**
 * What the agent of host-b may do to migrations, with the chart as shipped: its own host's part,
 * whichever way it logs in, and nothing else.
 */
class AgentMigrationPermissionsIT extends AgentCases {
  AgentMigrationPermissionsIT(FerrymanServer server) {
    super(server);
  }

  @Override
  Stream<Arguments> allowed() {
    return forEachLogin(
        allowed(
            "report as source, and start",
            agent -> migrating().as(agent).source(SourceState.Starting, 3)),
        allowed(
            "report as destination",
            agent -> towardsOwnHost().as(agent).destination(OWN, report -> report.sequence(2L))),
        allowed(
            "clean up after the move is over",
            agent -> migrating().phase(Phase.Failed).as(agent).source(SourceState.CleanedUp, 3)),
        allowed("see all migrations", agent -> agent.resources(LiveMigration.class).list()));
  }

  @Override
  Stream<Arguments> refused() {
    var notTheOperator = "agents may write only status.source and status.destination";
    var noStart =
        "source.state may not become Starting while the LiveMigration is being deleted, or for an"
            + " attempt that is not this object's";
    return forEachLogin(
        refused(
            "report for the other host as destination",
            "host host-b is not the destination of this LiveMigration",
            agent -> migrating().as(agent).destination(DestinationState.Checked, 9)),
        refused(
            "report for the other host as source",
            "host host-b is not the source of this LiveMigration",
            agent -> {
              var move = towardsOwnHost();
              var report = move.sourceReport(r -> r.sequence(9L));
              move.as(agent).apply("ferryman-agent-host-b-source", status().source(report).build());
            }),
        refused(
            "settle the migration itself",
            notTheOperator,
            agent -> migrating().as(agent).phase(Phase.Failed)),
        refused(
            "settle the migration along with its report",
            notTheOperator,
            agent -> {
              var move = migrating();
              var report = move.sourceReport(r -> r.state(SourceState.Refused).sequence(3L));
              move.as(agent)
                  .apply(
                      "ferryman-agent-host-b-source",
                      status().phase(Phase.Failed).source(report).build());
            }),
        refused(
            "give a condition",
            notTheOperator,
            agent ->
                migrating()
                    .as(agent)
                    .operator(s -> s.conditions(List.of(Apply.condition("Succeeded", "True"))))),
        refused(
            "declare the source fenced",
            notTheOperator,
            agent -> migrating().as(agent).settlingWithFence(Move.SOURCE_BOOT)),
        refused(
            "remove the operator's checks",
            notTheOperator,
            agent ->
                migrating()
                    .operator(s -> s.conditions(List.of(Apply.condition("Succeeded", "Unknown"))))
                    .as(agent)
                    .mergeStatus("{\"status\":{\"conditions\":null}}")),
        refused(
            "start while the migration is being deleted",
            noStart,
            agent ->
                migrating()
                    .merge("{\"metadata\":{\"finalizers\":[\"ferryman.dev/settlement\"]}}")
                    .delete()
                    .as(agent)
                    .source(SourceState.Starting, 3)),
        refused(
            "start an attempt of another object",
            noStart,
            agent -> migratingWithForeignAttempt().as(agent).source(SourceState.Starting, 3)),
        refused(
            "order a migration",
            "cannot create resource \"livemigrations\"",
            agent -> Move.order(agent)),
        refused(
            "cancel a migration",
            "cannot patch resource \"livemigrations\"",
            agent -> migrating().as(agent).cancel()),
        refused(
            "take a finalizer off",
            "cannot patch resource \"livemigrations\"",
            agent -> migrating().as(agent).merge("{\"metadata\":{\"finalizers\":null}}")),
        refused(
            "delete a migration",
            "cannot delete resource \"livemigrations\"",
            agent -> migrating().as(agent).delete()));
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

  private Move migrating() {
    return Move.order(admin).migrating();
  }

  /** From host-c, to host-b. */
  private Move towardsOwnHost() {
    var move = Move.order(admin);
    return move.operator(s -> move.chosen(s.phase(Phase.Checking), 1, OWN).sourceHost(OTHER));
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
}
