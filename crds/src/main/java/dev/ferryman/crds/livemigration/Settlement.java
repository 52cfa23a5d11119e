package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** The operator's orders to both agents, from the evidence of both hosts; kept to the end. */
@ApiObject
public record Settlement(
    @Required @Size(max = Bounds.ATTEMPT_UID) String attemptUID,
    @Required
        @Min(1) @Max(1000) @JsonPropertyDescription("Counts the orders: an agent reports the step it has carried out")
        Integer step,
    @Required
        @Size(max = Bounds.WORD) @JsonPropertyDescription("Row of the settling table that was applied")
        String verdict,
    @Required SourceOrder source,
    @Required DestinationOrder destination,
    @Size(max = Bounds.WORD) @JsonPropertyDescription("Boot of the source host that the administrator declared over")
        @Nullable String sourceFencedBootID) {}
