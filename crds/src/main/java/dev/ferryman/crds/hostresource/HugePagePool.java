package dev.ferryman.crds.hostresource;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;

/** The huge pages of one size that the host has set aside. */
@ApiObject
public record HugePagePool(
    @Required @Min(1) Long sizeKiB,
    @Required @Min(0) Long total,
    @Required
        @Min(0) @JsonPropertyDescription(
            "Neither taken nor promised; what a copy that is being received has taken counts as free")
        Long free) {}
