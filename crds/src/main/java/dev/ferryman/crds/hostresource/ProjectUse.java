package dev.ferryman.crds.hostresource;

import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** The most that a project's instances on this host can use. */
@ApiObject
public record ProjectUse(
    @Required @Size(max = Bounds.NAME) String name,
    @Min(0) @Max(Integer.MAX_VALUE) @Nullable Integer vcpus,
    @Min(0) @Nullable Long memoryMiB,
    @Min(0) @Nullable Long diskGiB) {}
