package dev.ferryman.crds.hostresource;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A directory of instance disks. */
@ApiObject
public record Storage(
    @Required @Size(max = Bounds.PATH) String path,
    @Size(max = Bounds.WORD) @JsonPropertyDescription("File system type, as in /proc/mounts")
        @Nullable String type,
    @JsonPropertyDescription(
            "A network file system by its type; whether two hosts really share it is proved by a marker")
        @Nullable Boolean shared,
    @JsonPropertyDescription(
            "Whether byte-range locks work here, on which QEMU's image locks stand")
        @Nullable Boolean locks,
    @Min(0) @Nullable Long totalGiB,
    @Min(0) @Nullable Long availableGiB) {}
