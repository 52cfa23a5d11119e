package dev.ferryman.crds.hostresource;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Lists;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.HugePages;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A libvirt domain of a host. */
@RecordBuilder
@ApiObject
public record HostInstance(
    @Required @Size(max = Bounds.NAME) String name,
    @Required @Size(max = Bounds.UUID) String uuid,
    @Required @JsonPropertyDescription("State of the domain") DomainState state,
    @Min(0) @Max(Integer.MAX_VALUE) @Nullable Integer vcpus,
    @Min(0) @JsonPropertyDescription("All of its memory") @Nullable Long memoryMiB,
    @Size(max = Bounds.PAGE_SIZES) @JsonPropertyDescription("Huge pages that its memory, or part of it, is made of")
        List<HugePages> hugepages,
    @Min(0) @Nullable Long diskGiB,
    @Size(max = Bounds.NAME) @Nullable String project,
    @JsonPropertyDescription("A copy that is still being received: no instance of this host yet")
        @Nullable Boolean incoming,
    @Size(max = Bounds.ADDRESSES) List<@Size(max = Bounds.WORD) String> addresses) {

  /** Absent lists are empty. */
  public HostInstance {
    hugepages = Lists.orEmpty(hugepages);
    addresses = Lists.orEmpty(addresses);
  }
}
