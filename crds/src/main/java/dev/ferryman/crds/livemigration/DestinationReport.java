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

/** The destination host's whole word on the attempt, at one moment; written by its agent alone. */
@RecordBuilder
@ApiObject
@SchemaCustomizer(Schemas.Atomic.class)
public record DestinationReport(
    @Required @Size(max = Bounds.ATTEMPT_UID) String attemptUID,
    @Required
        @Min(0) @JsonPropertyDescription("Grows with each reading of libvirt that is reported")
        Long sequence,
    @Min(0) @JsonPropertyDescription("Highest sequence of the source's report seen before that reading")
        @Nullable Long peerSequence,
    @Required @Size(max = Bounds.WORD) String bootID,
    @Min(0) @JsonPropertyDescription(
            "Start of the libvirt daemon, in clock ticks since the host booted; absent: it does not answer")
        @Nullable Long libvirtdStartTime,
    @Required DestinationState state,
    @Min(0) @Max(Integer.MAX_VALUE) @JsonPropertyDescription("Last settlement step carried out")
        @Nullable Integer done,
    @Min(0) @JsonPropertyDescription(
            "Sequence of the HostResource's status that this host has published while it checked")
        @Nullable Long hostSequence,
    @Size(max = Bounds.CHECKS) List<Check> checks,
    @Size(max = Bounds.DISKS) @JsonPropertyDescription("Disks that are to be copied, as the check has found")
        List<DiskCopy> copies,
    @Size(max = Bounds.NEEDED_OBJECTS) @JsonPropertyDescription(
            "Network filters that are to be installed here, as the check has found")
        List<@Size(max = Bounds.NAME) String> filters,
    @Size(max = Bounds.PREPARED) @JsonPropertyDescription(
            "What is made here, told before it is made: paths of images, names of network filters")
        List<@Size(max = Bounds.PATH) String> prepared,
    @JsonPropertyDescription("Whether every writable disk has an image lock that both hosts honour")
        @Nullable Boolean imageLocks,
    @Size(max = Bounds.NEEDED_OBJECTS) @JsonPropertyDescription(
            "Addresses of the source's own on which the instance listens, and those that take their place here")
        List<ListenAddress> listenAddresses,
    @Nullable DomainReport domain,
    @Nullable Started started,
    @Min(0) @JsonPropertyDescription(
            "Strict: how long the copy, complete, stood still here until it was let go on")
        @Nullable Long heldMilliseconds) {

  /** Absent lists are empty. */
  public DestinationReport {
    checks = Lists.orEmpty(checks);
    copies = Lists.orEmpty(copies);
    filters = Lists.orEmpty(filters);
    prepared = Lists.orEmpty(prepared);
    listenAddresses = Lists.orEmpty(listenAddresses);
  }

  /** Whether something has to be made here before the instance can come. */
  public boolean hasToPrepare() {
    return !copies.isEmpty() || !filters.isEmpty();
  }
}
