package dev.ferryman.crds.server;

import static dev.ferryman.crds.server.Refusals.assertInvalid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ferryman.crds.livemigration.HostSelector;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.StorageMode;
import dev.ferryman.crds.livemigration.Switchover;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an administrator may order, and what may become of the order. */
@ExtendWith(FerrymanServerExtension.class)
class SpecRulesIT {
  private static final String IMMUTABLE = "spec is immutable, except that cancel may become true";
  private static final String NO_WAY_BACK = "cancel may not be taken back";

  private final KubernetesClient admin;

  SpecRulesIT(FerrymanServer server) {
    this.admin = server.admin();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{instance: i-00000003, destination: host-c}",
        "{instance: i-00000003, destination: host-c, cancel: false}",
        "{instance: i-00000003, destination: host-c, switchover: Auto}",
        "{instance: i-00000003, destination: host-c, convergence: {stallTimeoutSeconds: 30}}",
        "{instance: i-00000003, destination: host-c, convergence: {compression: Zstd,"
            + " parallelConnections: 2, onTimeout: Pause}}",
        "{instance: i-00000003, destination: host-c, convergence: {compression: Xbzrle}}",
        "{instance: i-00000003, destination: host-c, checkOnly: false}",
        "{instance: i-00000003}",
        "{instance: i-00000003, maxAttempts: 3, ttlSecondsAfterFinished: 0}",
        "{instance: i-00000003, destination: host-c, maxAttempts: 1}",
        "{instance: i-00000003, destinationSelector: {}}",
        "{instance: i-00000003, destinationSelector: {matchLabels: {topology.kubernetes.io/zone: east, ssd: ''}}}",
        "{instance: i-00000003, destinationSelector: {matchExpressions: [{key: zone, operator: In, values: [east]}, {key: ssd, operator: Exists}]}}",
        "{instance: i-00000003, destination: host-c, storage: Shared}",
        "{instance: 5d1f0f4e-8a53-4d0b-b7ee-0a2c1c3a0003, destination: host-c.example.org}",
      })
  void accepts(String spec) {
    var created = create(spec);

    assertThat(created.getSpec().cancel()).as("the default").isFalse();
    assertThat(created.getSpec().checkOnly()).as("the default").isFalse();
    assertThat(created.getSpec().switchover()).as("the default").isEqualTo(Switchover.Auto);
    assertThat(created.getSpec().maxAttempts()).as("the default or what was said").isPositive();
    assertThat(created.getSpec().storage()).as("the default").isEqualTo(StorageMode.Shared);
  }

  @Test
  void acceptsPostCopyWithAFastSwitchover() {
    var created =
        create(
            "{instance: i-00000003, destination: host-c, switchover: Fast,"
                + " convergence: {onTimeout: PostCopy}}");

    assertThat(created.getSpec().convergenceOrDefault().mayPostCopy()).isTrue();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusedManifests")
  void refuses(String spec, String reason) {
    assertInvalid(reason, () -> create(spec));
  }

  static Stream<Arguments> refusedManifests() {
    return Stream.of(
        arguments("null", "spec: Required value"),
        arguments("{}", "spec.instance: Required value"),
        arguments("{destination: host-c}", "spec.instance: Required value"),
        arguments(
            "{instance: '', destination: host-c}",
            "spec.instance in body should be at least 1 chars long"),
        arguments(
            "{instance: i-00000003, destination: ''}",
            "spec.destination in body should be at least 1 chars long"),
        arguments(
            "{instance: %s, destination: host-c}".formatted("i".repeat(254)),
            "spec.instance: Too long: may not be more than 253 bytes"),
        arguments(
            "{instance: i-00000003, destination: %s}".formatted("h".repeat(64)),
            "spec.destination: Too long: may not be more than 63 bytes"),
        arguments(
            "{instance: i-00000003, destination: host-c, switchover: Slow}",
            "spec.switchover: Unsupported value: \"Slow\": supported values: \"Auto\", \"Fast\", \"Strict\""),
        arguments(
            "{instance: i-00000003, destination: host-c, storage: Move}",
            "spec.storage: Unsupported value: \"Move\": supported values: \"Copy\", \"Shared\""),
        arguments(
            "{instance: i-00000003, destination: host-c, convergence: {bandwidthMiBPerSecond: -1}}",
            "spec.convergence.bandwidthMiBPerSecond in body should be greater than or equal to 0"),
        arguments(
            "{instance: i-00000003, destination: host-c, convergence: {maxDowntimeMilliseconds: 0}}",
            "spec.convergence.maxDowntimeMilliseconds in body should be greater than or equal to 1"),
        arguments(
            "{instance: i-00000003, destination: host-c, convergence: {stallTimeoutSeconds: 4}}",
            "spec.convergence.stallTimeoutSeconds in body should be greater than or equal to 5"),
        arguments(
            "{instance: i-00000003, destination: host-c, maxAttempts: 2}",
            "spec.maxAttempts: Invalid value: maxAttempts above 1 needs the operator to choose"),
        arguments(
            "{instance: i-00000003, maxAttempts: 0}",
            "spec.maxAttempts in body should be greater than or equal to 1"),
        arguments(
            "{instance: i-00000003, maxAttempts: 11}",
            "spec.maxAttempts in body should be less than or equal to 10"),
        arguments(
            "{instance: i-00000003, ttlSecondsAfterFinished: -1}",
            "spec.ttlSecondsAfterFinished in body should be greater than or equal to 0"),
        arguments(
            "{instance: i-00000003, ttlSecondsAfterFinished: 31536001}",
            "spec.ttlSecondsAfterFinished in body should be less than or equal to"),
        arguments(
            "{instance: i-00000003, destination: host-c, destinationSelector: {}}",
            "spec.destinationSelector: Invalid value: destinationSelector narrows the operator's choice"),
        arguments(
            "{instance: i-00000003, destinationSelector: {matchLabels: {'-zone': east}}}",
            "spec.destinationSelector.matchLabels: Invalid value: matchLabels has a key that is not a label key"),
        arguments(
            "{instance: i-00000003, destinationSelector: {matchLabels: {zone: 'east side'}}}",
            "spec.destinationSelector.matchLabels.zone in body should match"),
        arguments(
            "{instance: i-00000003, destinationSelector: {matchLabels: {zone: %s}}}"
                .formatted("e".repeat(64)),
            "spec.destinationSelector.matchLabels.zone: Too long: may not be more than 63 bytes"),
        arguments(
            "{instance: i-00000003, destinationSelector: {matchLabels: %s}}".formatted(labels(17)),
            "spec.destinationSelector.matchLabels: Too many: 17: must have at most 16 items"),
        arguments(
            "{instance: i-00000003, destinationSelector: {matchExpressions: [{key: zone, operator: Gt, values: ['1']}]}}",
            "spec.destinationSelector.matchExpressions[0].operator: Unsupported value: \"Gt\""),
        arguments(
            "{instance: i-00000003, destinationSelector: {matchExpressions: [{key: zone, operator: In}]}}",
            "spec.destinationSelector.matchExpressions[0].values: Invalid value: values are needed by In and NotIn, and only by them"),
        arguments(
            "{instance: i-00000003, destinationSelector: {matchExpressions: [{key: zone, operator: Exists, values: [east]}]}}",
            "spec.destinationSelector.matchExpressions[0].values: Invalid value: values are needed by In and NotIn, and only by them"),
        arguments(
            "{instance: i-00000003, destinationSelector: {matchExpressions: [{operator: Exists}]}}",
            "spec.destinationSelector.matchExpressions[0].key: Required value"),
        arguments(
            "{instance: i-00000003, destination: host-c, convergence: {onTimeout: PostCopy}}",
            "spec.convergence.onTimeout: Invalid value: onTimeout PostCopy needs switchover Fast"),
        arguments(
            "{instance: i-00000003, destination: host-c, switchover: Strict, convergence: {onTimeout: PostCopy}}",
            "spec.convergence.onTimeout: Invalid value: onTimeout PostCopy needs switchover Fast"),
        arguments(
            "{instance: i-00000003, destination: host-c, convergence: {onTimeout: Wait}}",
            "spec.convergence.onTimeout: Unsupported value: \"Wait\""),
        arguments(
            "{instance: i-00000003, destination: host-c, convergence: {compression: Gzip}}",
            "spec.convergence.compression: Unsupported value: \"Gzip\""),
        arguments(
            "{instance: i-00000003, destination: host-c, convergence: {compression: Zstd}}",
            "compression Zstd needs parallelConnections of at least 2"),
        arguments(
            "{instance: i-00000003, destination: host-c, convergence: {compression: Xbzrle,"
                + " parallelConnections: 4}}",
            "compression Xbzrle goes over one connection"),
        arguments(
            "{instance: i-00000003, destination: host-c, convergence: {parallelConnections: 0}}",
            "spec.convergence.parallelConnections in body should be greater than or equal to 1"),
        arguments(
            "{instance: i-00000003, destination: host-c, convergence: {parallelConnections: 256}}",
            "spec.convergence.parallelConnections in body should be less than or equal to 255"),
        arguments(
            "{instance: i-00000003, destination: host-c, cancel: soon}",
            "spec.cancel in body must be of type boolean"),
        arguments(
            "{instance: i-00000003, destination: host-c, checkOnly: perhaps}",
            "spec.checkOnly in body must be of type boolean"),
        arguments(
            "{instance: [i-00000003], destination: host-c}",
            "spec.instance in body must be of type string"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusedChanges")
  void staysAsItWasOrdered(String change, String reason) {
    var move = Move.order(admin);

    assertInvalid(reason, () -> move.merge("{\"spec\":" + change + "}"));
  }

  static Stream<Arguments> refusedChanges() {
    return Stream.of(
        arguments("{\"instance\":\"i-00000004\"}", IMMUTABLE),
        arguments("{\"destination\":\"host-d\"}", IMMUTABLE),
        arguments("{\"destination\":\"host-d\",\"cancel\":true}", IMMUTABLE),
        arguments("{\"switchover\":\"Fast\"}", IMMUTABLE),
        arguments("{\"storage\":\"Copy\"}", IMMUTABLE),
        arguments("{\"storage\":\"Copy\",\"cancel\":true}", IMMUTABLE),
        arguments("{\"convergence\":{\"autoConverge\":true}}", "convergence is immutable"),
        arguments("{\"checkOnly\":true}", IMMUTABLE),
        arguments("{\"checkOnly\":true,\"cancel\":true}", IMMUTABLE),
        arguments("{\"destination\":null}", IMMUTABLE),
        arguments("{\"destination\":null,\"destinationSelector\":{}}", IMMUTABLE),
        arguments("{\"ttlSecondsAfterFinished\":1}", IMMUTABLE),
        arguments("null", "spec: Required value"));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "{\"destination\":\"host-c\",\"destinationSelector\":null,\"maxAttempts\":1}",
        "{\"destinationSelector\":null}",
        "{\"destinationSelector\":{\"matchLabels\":{\"zone\":\"west\"}}}",
        "{\"destinationSelector\":{\"matchExpressions\":[{\"key\":\"ssd\",\"operator\":\"Exists\"}]}}",
        "{\"maxAttempts\":3}",
        "{\"maxAttempts\":null}",
        "{\"ttlSecondsAfterFinished\":61}",
        "{\"ttlSecondsAfterFinished\":null}",
      })
  void aChoiceStaysAsItWasOrdered(String change) {
    var east = new HostSelector(Map.of("zone", "east"), List.of());
    var spec = LiveMigrationSpec.of("i-00000003").among(east).tried(2).deletedAfter(60);
    var move = Move.order(admin, spec);

    assertInvalid(IMMUTABLE, () -> move.merge("{\"spec\":" + change + "}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "null"})
  void cancelIsNeverTakenBack(String cancel) {
    var move = Move.order(admin).cancel();

    assertInvalid(NO_WAY_BACK, () -> move.merge("{\"spec\":{\"cancel\":" + cancel + "}}"));
  }

  @Test
  void aManifestAppliedAgainChangesNothing() {
    var manifest = manifest("{instance: i-00000003, destination: host-c}");
    var first = admin.resource(manifest).forceConflicts().serverSideApply();
    var again = admin.resource(manifest).forceConflicts().serverSideApply();

    assertThat(again.getMetadata().getResourceVersion())
        .isEqualTo(first.getMetadata().getResourceVersion());
  }

  @Test
  void aManifestWithoutCancelMayBeAppliedToACancelledMove() {
    var manifest = manifest("{instance: i-00000003, destination: host-c}");
    var created = admin.resource(manifest).forceConflicts().serverSideApply();
    Apply.merge(admin, created, "{\"spec\":{\"cancel\":true}}");

    var again = admin.resource(manifest).forceConflicts().serverSideApply();

    assertThat(again.getSpec().cancel()).isTrue();
  }

  @Test
  void unknownFieldsAreRefusedWhereTheClientAsksForIt() {
    var manifest =
        Serialization.unmarshal(
            """
            apiVersion: ferryman.dev/v1alpha1
            kind: LiveMigration
            metadata: {name: %s}
            spec: {instance: i-00000003, destination: host-c, when: now}
            """
                .formatted(Apply.newName("unknown")),
            GenericKubernetesResource.class);

    Refusals.assertRefused(
        400,
        "unknown field \"spec.when\"",
        () -> admin.resource(manifest).fieldValidation(Validation.STRICT).create());
  }

  private static String labels(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "l" + i + ": v")
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private GenericKubernetesResource createRaw(String spec) {
    return admin
        .resource(Serialization.unmarshal(yaml(spec), GenericKubernetesResource.class))
        .create();
  }

  private LiveMigration create(String spec) {
    return admin
        .resources(LiveMigration.class)
        .withName(createRaw(spec).getMetadata().getName())
        .get();
  }

  private static LiveMigration manifest(String spec) {
    return Serialization.unmarshal(yaml(spec), LiveMigration.class);
  }

  private static String yaml(String spec) {
    return """
    apiVersion: ferryman.dev/v1alpha1
    kind: LiveMigration
    metadata: {name: %s}
    spec: %s
    """
        .formatted(Apply.newName("order"), spec);
  }
}
