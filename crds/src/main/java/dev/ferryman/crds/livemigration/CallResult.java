package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/**
 * How libvirt's migrate call ended (libvirt: virError). Neither a success nor an error is proof.
 */
@ApiObject
public record CallResult(
    @Required
        @Min(-1) @Max(Integer.MAX_VALUE) @JsonPropertyDescription(
            "0 is success, -1 unknown (the agent did not see the end), else virErrorNumber")
        Integer code,
    @Min(0) @Max(Integer.MAX_VALUE) @Nullable @JsonPropertyDescription("virErrorDomain")
        Integer domain,
    @Size(max = Bounds.MESSAGE) @Nullable String message) {
  public static final int SUCCESS = 0;
  public static final int UNKNOWN = -1;
}
