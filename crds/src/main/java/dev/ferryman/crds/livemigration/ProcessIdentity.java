package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;

/** A process on a host: a libvirt domain id or a pid alone is no identity, both are used again. */
@ApiObject
public record ProcessIdentity(
    @Required @Min(1) Long pid,
    @Required
        @Min(0) @JsonPropertyDescription(
            "Start time in clock ticks since the host booted (proc(5), stat, field 22)")
        Long startTicks) {}
