package dev.ferryman.crds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What the generator's annotations cannot say about a schema. */
public final class Schemas {
  private Schemas() {}

  /** A list keyed by {@code input}, so that several writers can own an entry each. */
  public static final class ListMap implements SchemaCustomizer.Customizer {
    @Override
    public JSONSchemaProps apply(
        JSONSchemaProps props, String input, KubernetesSerialization serialization) {
      props.setXKubernetesListType("map");
      props.setXKubernetesListMapKeys(List.of(input));
      return props;
    }
  }

  /** Kubernetes' own rules for metav1.Condition, which the client's class does not carry. */
  public static final class Conditions implements SchemaCustomizer.Customizer {
    @Override
    public JSONSchemaProps apply(
        JSONSchemaProps props, String input, KubernetesSerialization serialization) {
      var conditions = property(props, "conditions");
      conditions.setXKubernetesListType("map");
      conditions.setXKubernetesListMapKeys(List.of("type"));
      var condition = conditions.getItems().getSchema();
      condition.setRequired(List.of("type", "status", "reason", "lastTransitionTime"));
      property(condition, "type").setMaxLength((long) Bounds.WORD);
      property(condition, "reason").setMaxLength((long) Bounds.WORD);
      property(condition, "reason").setMinLength(1L);
      property(condition, "message").setMaxLength((long) Bounds.MESSAGE);
      property(condition, "lastTransitionTime").setFormat("date-time");
      property(condition, "lastTransitionTime").setMaxLength((long) Bounds.WORD);
      property(condition, "observedGeneration").setMinimum(0.0);
      property(condition, "status")
          .setEnum(Stream.of("True", "False", "Unknown").<JsonNode>map(TextNode::valueOf).toList());
      return props;
    }
  }

  /** The map {@code matchLabels}: a bounded number of labels with values that can exist. */
  public static final class Labels implements SchemaCustomizer.Customizer {
    @Override
    public JSONSchemaProps apply(
        JSONSchemaProps props, String input, KubernetesSerialization serialization) {
      var labels = property(props, "matchLabels");
      labels.setMaxProperties((long) Bounds.LABELS);
      labels.getAdditionalProperties().setSchema(labelValue());
      return props;
    }
  }

  /** The list {@code values}: each can be a label's. */
  public static final class LabelValues implements SchemaCustomizer.Customizer {
    @Override
    public JSONSchemaProps apply(
        JSONSchemaProps props, String input, KubernetesSerialization serialization) {
      property(props, "values").getItems().setSchema(labelValue());
      return props;
    }
  }

  private static JSONSchemaProps labelValue() {
    var value = new JSONSchemaProps();
    value.setType("string");
    value.setMaxLength((long) Bounds.LABEL_VALUE);
    value.setPattern("^([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?$");
    return value;
  }

  private static JSONSchemaProps property(JSONSchemaProps props, String name) {
    return Objects.requireNonNull(props.getProperties().get(name), name);
  }

  /** A struct that is one writer's whole word: each write replaces all of it. */
  public static final class Atomic implements SchemaCustomizer.Customizer {
    @Override
    public JSONSchemaProps apply(
        JSONSchemaProps props, String input, KubernetesSerialization serialization) {
      props.setXKubernetesMapType("atomic");
      return props;
    }
  }
}
