package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** Where a device of the instance listens. */
@ApiObject
public record ListenNeed(
    @Required
        @Size(max = Bounds.WORD) @JsonPropertyDescription("Which device: graphics vnc, serial, ...")
        String device,
    @Required @Size(max = Bounds.NAME) String address,
    @Size(max = Bounds.WORD) @JsonPropertyDescription(
            "The address is the source's own, in this subnet: the destination's own takes its place. Absent: it is not")
        @Nullable String subnet,
    @Min(1) @Max(65535) @JsonPropertyDescription("Absent: libvirt chooses one anew at the destination")
        @Nullable Integer port,
    @JsonPropertyDescription("The port is one of UDP; else it is one of TCP")
        @Nullable Boolean udp) {}
