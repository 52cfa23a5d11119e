package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.Lists;
import dev.ferryman.crds.Schemas;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The source host's whole word on the attempt, at one moment; written by its agent alone. */
@RecordBuilder
@ApiObject
@SchemaCustomizer(Schemas.Atomic.class)
public record SourceReport(
    @Required @Size(max = Bounds.ATTEMPT_UID) String attemptUID,
    @Required
        @Min(0) @JsonPropertyDescription("Grows with each reading of libvirt that is reported")
        Long sequence,
    @Min(0) @JsonPropertyDescription(
            "Highest sequence of the destination's report seen before that reading")
        @Nullable Long peerSequence,
    @Required @Size(max = Bounds.WORD) String bootID,
    @Min(0) @JsonPropertyDescription(
            "Start of the libvirt daemon, in clock ticks since the host booted; absent: it does not answer")
        @Nullable Long libvirtdStartTime,
    @Required SourceState state,
    @Min(0) @JsonPropertyDescription(
            "Sequence at which libvirt's call had ended, or this host's copy since; evidence of the destination counts only if read after it")
        @Nullable Long endSequence,
    @Min(0) @Max(Integer.MAX_VALUE) @JsonPropertyDescription("Last settlement step carried out")
        @Nullable Integer done,
    @Nullable Needs needs,
    @Size(max = Bounds.CHECKS) List<Check> checks,
    @Nullable Progress progress,
    @Nullable DomainReport domain,
    @JsonPropertyDescription("Whether libvirt still works on the migration")
        @Nullable Boolean jobActive,
    @JsonPropertyDescription(
            "Whether the agent asked libvirt to abort the job, because of cancel, deletion or givenUp")
        @Nullable Boolean abortRequested,
    @JsonPropertyDescription("Why the agent has the job aborted by itself; absent: it does not")
        @Nullable GivenUp givenUp,
    @JsonPropertyDescription(
            "Whether the agent asked libvirt to pause the guest, so that its copying ends")
        @Nullable Boolean pausedToFinish,
    @JsonPropertyDescription(
            "Whether libvirt has gone over to post-copy: the guest has gone on at the destination, or may have, before all of it is there; never taken back")
        @Nullable Boolean postCopyStarted,
    @Nullable Switched switched,
    @JsonPropertyDescription(
            "What the copy, gone by now, has done since it was stopped for the switch-over; absent: not gone")
        @Nullable SinceSwitchover sinceSwitchover,
    @JsonPropertyDescription(
            "Whether libvirt has let the copy go on less than a minute ago, after it had stopped it for the switch-over")
        @Nullable Boolean justResumed,
    @Nullable CallResult result,
    @Nullable MigrationStatistics statistics) {

  /** Absent lists are empty. */
  public SourceReport {
    checks = Lists.orEmpty(checks);
  }
}
