package dev.ferryman.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/**
 * One obstacle looked for before anything moves; all are evaluated, so that a user sees every one.
 */
@ApiObject
public record Check(
    @Required @Size(max = Bounds.WORD) @JsonPropertyDescription("What was checked") String name,
    @Required CheckOutcome outcome,
    @Size(max = Bounds.WORD) @JsonPropertyDescription("Typed reason of a Warn or Fail")
        @Nullable String reason,
    @Size(max = Bounds.HOST_NAME) @JsonPropertyDescription("Host on which it was seen")
        @Nullable String host,
    @Size(max = Bounds.MESSAGE) @JsonPropertyDescription("The numbers and names it was judged by")
        @Nullable String message) {}
