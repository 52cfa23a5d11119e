package dev.ferryman.crds.hostresource;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** How far a host's instances may together exceed it; the defaults are Nova's allocation ratios. */
@ApiObject
public record Overcommit(
    @Min(0.1) @Max(1000) @Nullable Double cpu,
    @Min(0.1) @Max(1000) @Nullable Double memory,
    @Min(0.1) @Max(1000) @JsonPropertyDescription("Of the instances' directory; judged where disks are copied to it")
        @Nullable Double disk) {
  public static final double DEFAULT_CPU = 4.0;
  public static final double DEFAULT_MEMORY = 1.0;
  public static final double DEFAULT_DISK = 1.0;
}
