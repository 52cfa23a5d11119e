package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/** How far the copying is (libvirt: virDomainGetJobStats); written at most once a second. */
@RecordBuilder
@ApiObject
public record Progress(
    @Required @Min(0) @Max(100) @JsonPropertyDescription("Never falls within an attempt")
        Integer percent,
    @Min(0) @Nullable Long memoryTotalBytes,
    @Min(0) @Nullable Long memoryProcessedBytes,
    @Min(0) @Nullable Long memoryRemainingBytes,
    @Min(0) @JsonPropertyDescription("Of the disks that are copied; absent: none is")
        @Nullable Long diskTotalBytes,
    @Min(0) @Nullable Long diskProcessedBytes,
    @Min(0) @Nullable Long diskRemainingBytes,
    @Min(0) @Nullable Long transferBytesPerSecond,
    @Min(0) @Nullable Long dirtyBytesPerSecond,
    @Min(0) @JsonPropertyDescription("Passes over the guest's memory so far")
        @Nullable Long iteration,
    @Min(0) @Nullable Long expectedDowntimeMilliseconds,
    @Min(0) @Nullable Long elapsedMilliseconds,
    @Min(0) @Max(100) @JsonPropertyDescription("By how much autoConverge slows the guest's CPUs")
        @Nullable Integer throttlePercent,
    @Min(0) @JsonPropertyDescription(
            "Time to the end of the copying, if copying and the guest's writing go on as now; as long as the first pass lasts, of which nothing is known of the writing, to the end of that. Absent: the guest writes as fast as it is copied")
        @Nullable Long etaSeconds) {}
