package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** What becomes of an address on which the instance listens at its source. */
@ApiObject
public record ListenAddress(
    @Required @Size(max = Bounds.NAME) String address,
    @Required @Size(max = Bounds.NAME) @JsonPropertyDescription("On which it listens here instead")
        String here) {}
