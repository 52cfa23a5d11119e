package dev.ferryman.crds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.LiveMigration;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the committed manifests to the Java types, and the types to the API's conventions. */
class ManifestsTest {
  private static final String UPDATE = "mvn -pl crds test -Dferryman.manifests.update";

  @ParameterizedTest
  @ValueSource(strings = {".", "../helm/ferryman/crds"})
  void committedManifestsAreTheGeneratedOnes(String folder) throws IOException {
    for (var manifest : Manifests.generate().entrySet()) {
      var file = Path.of(folder, manifest.getKey());
      if (System.getProperty("ferryman.manifests.update") != null) {
        Files.createDirectories(file.getParent());
        Files.writeString(file, manifest.getValue());
      }
      assertThat(file).as("stale or missing: renew it with '%s'", UPDATE).exists();
      assertThat(Files.readString(file))
          .as("%s is stale: renew it with '%s'", file, UPDATE)
          .isEqualTo(manifest.getValue());
    }
  }

  @Test
  void everyStringListAndNumberIsBounded() {
    var unbounded = new ArrayList<String>();
    for (var kind : Manifests.KINDS) {
      collectUnbounded(kind.getSimpleName(), schema(kind), unbounded);
    }
    assertThat(unbounded).isEmpty();
  }

  /** A field that no rule holds could be changed under a running migration. */
  @Test
  void everyFieldOfTheSpecIsNamedByTheRulesThatFixIt() {
    var spec = schema(LiveMigration.class).getProperties().get("spec");
    var rules =
        String.join(
            "\n", spec.getXKubernetesValidations().stream().map(rule -> rule.getRule()).toList());
    assertThat(spec.getProperties().keySet())
        .allSatisfy(field -> assertThat(rules).contains("oldSelf." + field));
  }

  private static JSONSchemaProps schema(
      Class<? extends io.fabric8.kubernetes.client.CustomResource<?, ?>> kind) {
    return Manifests.definition(kind)
        .getSpec()
        .getVersions()
        .get(0)
        .getSchema()
        .getOpenAPIV3Schema();
  }

  private static void collectUnbounded(String path, JSONSchemaProps schema, List<String> found) {
    var bounded =
        switch (String.valueOf(schema.getType())) {
          case "string" ->
              schema.getMaxLength() != null
                  || (schema.getEnum() != null && !schema.getEnum().isEmpty());
          case "array" -> schema.getMaxItems() != null;
          case "integer", "number" -> schema.getMinimum() != null && schema.getMaximum() != null;
          case "boolean" -> true;
          case "object" ->
              schema.getAdditionalProperties() == null || schema.getMaxProperties() != null;
          default -> false;
        };
    if (!bounded) {
      found.add(path);
    }
    Map<String, JSONSchemaProps> properties = schema.getProperties();
    if (properties != null) {
      properties.forEach((name, child) -> collectUnbounded(path + "." + name, child, found));
    }
    if (schema.getAdditionalProperties() != null) {
      collectUnbounded(path + "{}", schema.getAdditionalProperties().getSchema(), found);
    }
    if (schema.getItems() != null) {
      collectUnbounded(path + "[]", schema.getItems().getSchema(), found);
    }
  }
}
