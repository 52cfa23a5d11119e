package dev.ferryman.crds.livemigration;

import dev.ferryman.crds.ApiObject;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** libvirt's final figures of a migration job. */
@ApiObject
public record MigrationStatistics(
    @Min(0) @Nullable Long downtimeMilliseconds,
    @Min(0) @Nullable Long totalMilliseconds,
    @Min(0) @Nullable Long transferredBytes,
    @Min(0) @Nullable Long iterations) {}
