package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A disk that the destination has not, and that is copied into an image made there. */
@ApiObject
public record DiskCopy(
    @Required
        @Size(max = Bounds.WORD) @JsonPropertyDescription("Device name in the guest, e.g. vda")
        String target,
    @Required @Size(max = Bounds.PATH) String path,
    @Required @Min(0) @JsonPropertyDescription("What the guest sees of it, and may fill in time")
        Long virtualBytes,
    @Required @Min(0) @JsonPropertyDescription("What its image takes at the source now")
        Long allocatedBytes) {}
