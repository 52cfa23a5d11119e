package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import io.fabric8.generator.annotation.Min;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/** Final figures of a migration that moved its instance. */
@RecordBuilder
@ApiObject
public record Result(
    @JsonPropertyDescription(
            "PreCopy: the guest ran until the switch-over. Paused: it was paused before, so that its copying ended")
        @Nullable MigrationMode mode,
    @Min(0) @JsonPropertyDescription(
            "How long the guest stood still: libvirt's measure, and in a Strict switch-over for how long the destination's agent held its copy after that")
        @Nullable Long downtimeMilliseconds,
    @Min(0) @JsonPropertyDescription("Length of libvirt's job") @Nullable Long totalMilliseconds,
    @Min(0) @Nullable Long transferredBytes,
    @Min(0) @Nullable Long iterations) {}
