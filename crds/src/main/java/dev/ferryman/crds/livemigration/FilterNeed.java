package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A network filter of libvirt's that the instance's interfaces use, directly or not. */
@ApiObject
public record FilterNeed(
    @Required @Size(max = Bounds.NAME) String name,
    @Required
        @Size(max = Bounds.SHA256) @JsonPropertyDescription("SHA-256 of its content, whatever its UUID and layout")
        String hash,
    @Size(max = Bounds.FILTER_XML) @JsonPropertyDescription(
            "Its content, for a destination that has no filter of that name and may install it; absent: it is too long")
        @Nullable String xml) {}
