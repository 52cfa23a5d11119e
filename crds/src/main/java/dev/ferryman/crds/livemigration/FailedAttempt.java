package dev.ferryman.crds.livemigration;

import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** An attempt that left the guest untouched at its source, and was followed by another try. */
@ApiObject
public record FailedAttempt(
    @Required @Min(1) @Max(Bounds.ATTEMPTS) Integer number,
    @Required @Size(max = Bounds.HOST_NAME) String destinationHost,
    @Required @Size(max = Bounds.WORD) String reason,
    @Size(max = Bounds.MESSAGE) @Nullable String message) {}
