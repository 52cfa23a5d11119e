package dev.ferryman.crds.hostresource;

import dev.ferryman.crds.ApiObject;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** vCPUs, memory and disk, in the units of the original's table. */
@ApiObject
public record Resources(
    @Min(0) @Max(Integer.MAX_VALUE) @Nullable Integer vcpus,
    @Min(0) @Nullable Long memoryMiB,
    @Min(0) @Nullable Long diskGiB) {}
