package dev.ferryman.crds.server;

import dev.ferryman.crds.livemigration.Attempt;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.DestinationReportBuilder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Settlement;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SourceReportBuilder;
import dev.ferryman.crds.livemigration.SourceState;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.function.UnaryOperator;

/**
 * A LiveMigration on the server, from host-b to host-c, with the three that write its status: each
 * method is one write.
 */
final class Move {
  static final String SOURCE = "host-b";
  static final String DESTINATION = "host-c";
  static final String SOURCE_BOOT = "boot-of-the-source";
  private static final String INSTANCE_UID = "5d1f0f4e-8a53-4d0b-b7ee-0a2c1c3a0003";
  private static final String START = "2026-01-01T00:00:00Z";

  private final KubernetesClient client;
  private final LiveMigration created;

  /** What the operator last said: it always applies all of it. */
  private LiveMigrationStatus operatorsWord;

  private Move(KubernetesClient client, LiveMigration created, LiveMigrationStatus operatorsWord) {
    this.client = client;
    this.created = created;
    this.operatorsWord = operatorsWord;
  }

  static Move order(KubernetesClient client) {
    return order(client, LiveMigrationSpec.of("i-00000003", DESTINATION));
  }

  static Move orderCheck(KubernetesClient client) {
    return order(client, LiveMigrationSpec.of("i-00000003", DESTINATION).asCheckOnly());
  }

  static Move order(KubernetesClient client, LiveMigrationSpec spec) {
    var order = new LiveMigration();
    order.setMetadata(new ObjectMetaBuilder().withName(Apply.newName("move")).build());
    order.setSpec(spec);
    var created = client.resource(order).create();
    return new Move(client, created, LiveMigrationStatusBuilder.builder().build());
  }

  /** The same, written by somebody else. */
  Move as(KubernetesClient other) {
    return new Move(other, created, operatorsWord);
  }

  String name() {
    return created.getMetadata().getName();
  }

  String attemptUID(int number) {
    return created.getMetadata().getUid() + "/" + number;
  }

  LiveMigration read() {
    return client.resource(created).get();
  }

  // The operator

  Move phase(Phase phase) {
    return operator(status -> status.phase(phase));
  }

  Move checking() {
    return operator(status -> chosen(status.phase(Phase.Checking), 1, DESTINATION));
  }

  Move checkingAgain(int number, String destination) {
    return operator(status -> chosen(status.phase(Phase.Checking), number, destination));
  }

  LiveMigrationStatusBuilder chosen(
      LiveMigrationStatusBuilder status, int number, String destination) {
    return status
        .attempt(Attempt.of(created.getMetadata().getUid(), number, START))
        .instanceUID(INSTANCE_UID)
        .sourceHost(SOURCE)
        .destinationHost(destination);
  }

  Move settlingWithFence(String bootID) {
    return operator(
        status ->
            status
                .phase(Phase.Settling)
                .settlement(
                    new Settlement(
                        status.attempt().uid(),
                        1,
                        "SourceFenced",
                        SourceOrder.None,
                        DestinationOrder.None,
                        bootID)));
  }

  Move operator(UnaryOperator<LiveMigrationStatusBuilder> change) {
    var word = change.apply(LiveMigrationStatusBuilder.builder(operatorsWord)).build();
    apply(Apply.OPERATOR, word);
    operatorsWord = word;
    return this;
  }

  // The agents

  Move source(SourceState state, long sequence) {
    return source(report -> report.state(state).sequence(sequence));
  }

  Move source(UnaryOperator<SourceReportBuilder> words) {
    var status = LiveMigrationStatusBuilder.builder().source(sourceReport(words)).build();
    return apply(Apply.agent(SOURCE, "source"), status);
  }

  Move destination(DestinationState state, long sequence) {
    return destination(DESTINATION, report -> report.state(state).sequence(sequence));
  }

  Move destination(String host, UnaryOperator<DestinationReportBuilder> words) {
    var status = LiveMigrationStatusBuilder.builder().destination(destinationReport(words)).build();
    return apply(Apply.agent(host, "destination"), status);
  }

  SourceReport sourceReport(UnaryOperator<SourceReportBuilder> words) {
    return words
        .apply(
            SourceReportBuilder.builder()
                .attemptUID(currentAttempt())
                .bootID(SOURCE_BOOT)
                .state(SourceState.Checking)
                .sequence(1L))
        .build();
  }

  DestinationReport destinationReport(UnaryOperator<DestinationReportBuilder> words) {
    return words
        .apply(
            DestinationReportBuilder.builder()
                .attemptUID(currentAttempt())
                .bootID("boot-of-the-destination")
                .state(DestinationState.Checking)
                .sequence(1L))
        .build();
  }

  private String currentAttempt() {
    var attempt = operatorsWord.attempt();
    return attempt == null ? attemptUID(1) : attempt.uid();
  }

  // Ways along

  Move checked() {
    return checking()
        .source(SourceState.Checking, 1)
        .destination(DestinationState.Checked, 1)
        .source(SourceState.Checked, 2);
  }

  Move migrating() {
    return checked().phase(Phase.Migrating);
  }

  Move starting() {
    return migrating().source(SourceState.Starting, 3);
  }

  Move running() {
    return starting().source(SourceState.Running, 4);
  }

  Move ended() {
    return running().source(SourceState.Ended, 5);
  }

  Move succeeded() {
    return ended().phase(Phase.Succeeded);
  }

  /** Failed at host-c, and begun again with host-d. */
  Move secondAttempt() {
    return ended().phase(Phase.Settling).phase(Phase.Pending).checkingAgain(2, "host-d");
  }

  // Everybody

  Move cancel() {
    return merge("{\"spec\":{\"cancel\":true}}");
  }

  Move merge(String patch) {
    Apply.merge(client, created, patch);
    return this;
  }

  Move mergeStatus(String patch) {
    Apply.mergeStatus(client, created, patch);
    return this;
  }

  Move apply(String manager, LiveMigrationStatus status) {
    Apply.status(client, manager, body(status));
    return this;
  }

  /** What a manager applies: the name, and the fields that are its own. */
  LiveMigration body(LiveMigrationStatus status) {
    var body = new LiveMigration();
    body.setMetadata(new ObjectMetaBuilder().withName(name()).build());
    body.setStatus(status);
    return body;
  }

  Move delete() {
    client.resource(created).delete();
    return this;
  }
}
