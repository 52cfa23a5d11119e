package dev.ferryman.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bounds of the shipped definitions, by which the API server refuses a write. */
public final class PublishedSchema {
  private final ObjectMapper json = new ObjectMapper();
  private final JSONSchemaProps status;

  private PublishedSchema(JSONSchemaProps status) {
    this.status = status;
  }

  /** Of the status of that plural, e.g. {@code hostresources}. */
  public static PublishedSchema ofStatus(String plural) throws IOException {
    var manifest = Files.readString(Path.of("../crds", plural + ".yaml"));
    var definition = Serialization.unmarshal(manifest, CustomResourceDefinition.class);
    var schema = definition.getSpec().getVersions().get(0).getSchema().getOpenAPIV3Schema();
    return new PublishedSchema(schema.getProperties().get("status"));
  }

  /** The same for one of its fields. */
  public PublishedSchema field(String name) {
    return new PublishedSchema(status.getProperties().get(name));
  }

  /** Every text and every list in it fits, and can be written as JSON at all. */
  public void assertFits(Object value) throws IOException {
    assertFits("", status, json.readTree(Serialization.asJson(value)));
  }

  private static void assertFits(String where, JSONSchemaProps schema, JsonNode value) {
    assertThat(schema).as("schema of %s", where).isNotNull();
    if (value.isTextual()) {
      if (schema.getMaxLength() != null) {
        assertThat(value.textValue().length())
            .as("length of %s", where)
            .isLessThanOrEqualTo(schema.getMaxLength().intValue());
      } else {
        // An enumeration or a time.
        assertThat(value.textValue().length()).as("length of %s", where).isLessThan(64);
      }
    }
    if (value.isArray()) {
      assertThat((long) value.size())
          .as("length of %s", where)
          .isLessThanOrEqualTo(schema.getMaxItems());
      value.forEach(item -> assertFits(where + "[]", schema.getItems().getSchema(), item));
    }
    value
        .fields()
        .forEachRemaining(
            field ->
                assertFits(
                    where + "." + field.getKey(),
                    schema.getProperties().get(field.getKey()),
                    field.getValue()));
  }
}
