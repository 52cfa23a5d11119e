package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Lists;
import dev.ferryman.crds.Schemas;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;

/**
 * Chooses HostResources by their labels, as Kubernetes' own label selectors do
 * (meta/v1.LabelSelector); an empty one chooses all. Bounded, unlike the client's class.
 */
@ApiObject
@SchemaCustomizer(Schemas.Labels.class)
@ValidationRule(
    value =
        "!has(self.matchLabels) || self.matchLabels.all(k, k.size() <= "
            + Bounds.LABEL_KEY
            + " && k.matches('"
            + HostRequirement.KEY
            + "'))",
    message = "matchLabels has a key that is not a label key",
    fieldPath = ".matchLabels")
public record HostSelector(
    @JsonPropertyDescription("Labels that a host must have, with these values")
        Map<String, String> matchLabels,
    @Size(max = Bounds.LABELS) @JsonPropertyDescription("Conditions on a host's labels")
        List<HostRequirement> matchExpressions) {

  /** Absent parts are empty. */
  public HostSelector {
    matchLabels = matchLabels == null ? Map.of() : Map.copyOf(matchLabels);
    matchExpressions = Lists.orEmpty(matchExpressions);
  }

  /** Whether a host with these labels is chosen. */
  public boolean matches(Map<String, String> labels) {
    return labels.entrySet().containsAll(matchLabels.entrySet())
        && matchExpressions.stream().allMatch(e -> e.matches(labels));
  }
}
