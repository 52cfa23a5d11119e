package dev.ferryman.crds.hostresource;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** How instances reach this host. */
@ApiObject
public record MigrationEndpoint(
    @Size(max = Bounds.NAME) @JsonPropertyDescription("Where the data stream goes")
        @Nullable String address,
    @Size(max = Bounds.WORD) @JsonPropertyDescription("How the libvirt daemons talk to each other")
        @Nullable String transport) {}
