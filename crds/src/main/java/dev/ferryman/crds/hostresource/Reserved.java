package dev.ferryman.crds.hostresource;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** Kept back for the host itself; the default is Nova's reserved_host_memory_mb. */
@ApiObject
public record Reserved(
    @Min(0) @Max(100000) @Nullable Integer vcpus,
    @Min(0) @Max(1000000000) @Nullable Long memoryMiB,
    @Min(0) @Max(1000000000) @JsonPropertyDescription("Of the instances' directory; judged where disks are copied to it")
        @Nullable Long diskGiB) {
  public static final int DEFAULT_VCPUS = 0;
  public static final long DEFAULT_MEMORY_MIB = 512;
  public static final long DEFAULT_DISK_GIB = 0;
}
