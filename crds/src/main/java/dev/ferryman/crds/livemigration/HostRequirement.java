package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Lists;
import dev.ferryman.crds.Schemas;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;

/** One condition on a host's labels (meta/v1.LabelSelectorRequirement). */
@ApiObject
@SchemaCustomizer(Schemas.LabelValues.class)
@ValidationRule(
    value =
        "self.operator in ['In', 'NotIn'] ? has(self.values) && self.values.size() > 0 : "
            + "!has(self.values) || self.values.size() == 0",
    message = "values are needed by In and NotIn, and only by them",
    fieldPath = ".values")
public record HostRequirement(
    @Required
        @Size(min = 1, max = Bounds.LABEL_KEY) @Pattern(KEY) @JsonPropertyDescription("Key of the label")
        String key,
    @Required Operator operator,
    @Size(max = Bounds.LABELS) @JsonPropertyDescription("For In and NotIn") List<String> values) {

  /** A label's key (Kubernetes), as a regular expression. */
  static final String KEY =
      "^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$";

  /** How the label is compared. */
  public enum Operator {
    In,
    /** Also true of a host without the label, as in Kubernetes. */
    NotIn,
    Exists,
    DoesNotExist
  }

  /** Absent values are empty. */
  public HostRequirement {
    values = Lists.orEmpty(values);
  }

  /** Whether it holds for these labels. */
  boolean matches(Map<String, String> labels) {
    var value = labels.get(key);
    return switch (operator) {
      case In -> value != null && values.contains(value);
      case NotIn -> value == null || !values.contains(value);
      case Exists -> value != null;
      case DoesNotExist -> value == null;
    };
  }
}
