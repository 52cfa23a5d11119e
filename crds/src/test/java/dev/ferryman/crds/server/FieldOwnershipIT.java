package dev.ferryman.crds.server;

import static dev.ferryman.crds.server.Refusals.assertConflict;
import static dev.ferryman.crds.server.Refusals.assertRefused;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Progress;
import dev.ferryman.crds.livemigration.ProgressBuilder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Operator and agents write one object by server-side apply, and nobody loses a field. */
@ExtendWith(FerrymanServerExtension.class)
class FieldOwnershipIT {
  private static final String SOURCE_AGENT = "ferryman-agent-host-b-source";
  private static final String DESTINATION_AGENT = "ferryman-agent-host-c-destination";

  private final KubernetesClient admin;

  FieldOwnershipIT(FerrymanServer server) {
    this.admin = server.admin();
  }

  @Test
  void eachOwnsItsPartOfALiveMigration() {
    var move = Move.order(admin).migrating();
    move.operator(status -> status.conditions(List.of(Apply.condition("Succeeded", "Unknown"))));

    var owned = owned(move.read());

    assertThat(owned)
        .containsOnlyKeys(Apply.OPERATOR, SOURCE_AGENT, DESTINATION_AGENT)
        .containsEntry(SOURCE_AGENT, Set.of("f:source"))
        .containsEntry(DESTINATION_AGENT, Set.of("f:destination"));
    assertThat(owned.get(Apply.OPERATOR))
        .contains("f:phase", "f:attempt", "f:conditions", "f:sourceHost", "f:destinationHost")
        .doesNotContain("f:source", "f:destination");
  }

  @Test
  void writesThatCrossKeepEverybodysWord() {
    var move = Move.order(admin).migrating();

    move.source(SourceState.Starting, 3)
        .destination(DestinationState.Checked, 7)
        .operator(status -> status.conditions(List.of(Apply.condition("Reconciling", "True"))))
        .source(SourceState.Running, 4);

    var status = move.read().getStatus();
    assertThat(status.phase()).isEqualTo(Phase.Migrating);
    assertThat(status.conditions()).extracting(Condition::getType).containsExactly("Reconciling");
    assertThat(status.source().state()).isEqualTo(SourceState.Running);
    assertThat(status.destination().sequence()).isEqualTo(7);
  }

  @Test
  void aHalfIsReplacedWhole() {
    var needs = NeedsBuilder.builder().domainName("i-00000003").vcpus(1).memoryMiB(512L).build();
    var move = Move.order(admin).checking();
    move.source(report -> report.state(SourceState.Checked).needs(needs)).phase(Phase.Migrating);

    move.source(report -> report.state(SourceState.Starting).sequence(2L));

    assertThat(move.read().getStatus().source())
        .isEqualTo(move.sourceReport(report -> report.state(SourceState.Starting).sequence(2L)));
  }

  @Test
  void evenAnotherWriterCannotMixItsWordsIntoAHalf() {
    var move = Move.order(admin).checking();
    move.source(report -> report.progress(progress(40)));

    move.apply(
        "somebody-else",
        LiveMigrationStatusBuilder.builder()
            .source(move.sourceReport(r -> r.sequence(2L)))
            .build());

    assertThat(move.read().getStatus().source().progress()).isNull();
  }

  @Test
  void nothingThatTheFirstDestinationSaidIsLeftInTheWordOfTheSecond() {
    var move = Move.order(admin).checking();
    move.destination("host-c", report -> report.started(Started.NeverStarted))
        .phase(Phase.Settling)
        .phase(Phase.Pending)
        .checkingAgain(2, "host-d");

    move.destination("host-d", report -> report.state(DestinationState.Checking));

    var destination = move.read().getStatus().destination();
    assertThat(destination.attemptUID()).isEqualTo(move.attemptUID(2));
    assertThat(destination.started()).isNull();
  }

  @Test
  void aHostMayBeSourceAfterItWasDestination() {
    var move = Move.order(admin).checking();
    move.destination("host-c", report -> report.state(DestinationState.Checked))
        .phase(Phase.Settling)
        .phase(Phase.Pending)
        .operator(
            status -> move.chosen(status.phase(Phase.Checking), 2, "host-d").sourceHost("host-c"));

    move.apply(
        Apply.agent("host-c", "source"),
        LiveMigrationStatusBuilder.builder().source(move.sourceReport(report -> report)).build());

    var status = move.read().getStatus();
    assertThat(status.source().attemptUID()).isEqualTo(move.attemptUID(2));
    assertThat(status.destination().attemptUID()).isEqualTo(move.attemptUID(1));
  }

  @Test
  void withoutForceAnothersFieldIsAConflict() {
    var move = Move.order(admin).checking().source(SourceState.Checking, 1);
    var word = move.sourceReport(report -> report.sequence(2L));

    assertConflict(
        "conflict with \"" + SOURCE_AGENT + "\"",
        () ->
            Apply.statusWithoutForce(
                admin,
                "somebody-else",
                move.body(LiveMigrationStatusBuilder.builder().source(word).build())));
  }

  @Test
  void aDecisionOnAnOldVersionIsRefused() {
    var move = Move.order(admin).migrating();
    var decidedOn = move.read().getMetadata().getResourceVersion();
    move.source(SourceState.Starting, 3);
    var decision = move.body(LiveMigrationStatusBuilder.builder(move.read().getStatus()).build());
    decision.getMetadata().setResourceVersion(decidedOn);

    assertConflict(
        "the object has been modified", () -> Apply.status(admin, Apply.OPERATOR, decision));
  }

  @Test
  void aReportOnAMigrationThatIsGoneCreatesNothing() {
    var move = Move.order(admin).checking().delete();

    assertRefused(404, "not found", () -> move.source(SourceState.Checking, 1));
    assertThat(move.read()).isNull();
  }

  @Test
  void aReportCarriesNeitherLabelsNorFinalizersNorSpec() {
    var move = Move.order(admin).checking();

    move.mergeStatus(
        "{\"metadata\":{\"labels\":{\"a\":\"b\"},\"finalizers\":[\"a.b/c\"]},\"spec\":{\"cancel\":true}}");

    var read = move.read();
    assertThat(read.getMetadata().getLabels()).isEmpty();
    assertThat(read.getMetadata().getFinalizers()).isEmpty();
    assertThat(read.getSpec().cancelled()).isFalse();
  }

  @Test
  void agentAndOperatorShareTheConditionsOfAHost() {
    var host = Host.create(admin);
    var total = new Resources(4, 8192L, 100L);

    host.agent(
            s -> s.bootID("1").total(total).conditions(List.of(Apply.condition("Ready", "True"))))
        .alive("True")
        .agent(
            s -> s.bootID("2").total(total).conditions(List.of(Apply.condition("Ready", "False"))))
        .alive("False");

    var status = host.read().getStatus();
    assertThat(status.conditions())
        .extracting(Condition::getType, Condition::getStatus)
        .containsExactlyInAnyOrder(tuple("Ready", "False"), tuple("Alive", "False"));
    assertThat(status.bootID()).isEqualTo("2");
    assertThat(status.total()).isEqualTo(total);
    assertThat(status.schedulable()).isFalse();
  }

  private static Progress progress(int percent) {
    return ProgressBuilder.builder().percent(percent).build();
  }

  /** The fields of the status, one level deep, by the manager that applied them. */
  private static Map<String, Set<String>> owned(HasMetadata object) {
    return object.getMetadata().getManagedFields().stream()
        .filter(entry -> "status".equals(entry.getSubresource()))
        .collect(
            toMap(
                entry -> entry.getManager(),
                entry -> {
                  var fields = entry.getFieldsV1().getAdditionalProperties().get("f:status");
                  return ((Map<?, ?>) fields)
                      .keySet().stream().map(String::valueOf).collect(toSet());
                }));
  }
}
