package dev.ferryman.crds.instance;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Lists;
import dev.ferryman.crds.Schemas;
import dev.ferryman.crds.livemigration.DomainState;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the hosts say of an instance. */
@RecordBuilder
@ApiObject
@SchemaCustomizer(Schemas.Conditions.class)
public record InstanceStatus(
    @Size(max = Bounds.UUID) @Nullable String uuid,
    @Size(max = Bounds.NAME) @JsonPropertyDescription("Name of the libvirt domain")
        @Nullable String domainName,
    @Size(max = Bounds.HOST_NAME) @Nullable String host,
    @Nullable DomainState state,
    @Size(max = Bounds.NAME) @Nullable String project,
    @Min(0) @Max(Integer.MAX_VALUE) @Nullable Integer vcpus,
    @Min(0) @Nullable Long memoryMiB,
    @Min(0) @Nullable Long diskGiB,
    @Size(max = Bounds.ADDRESSES) List<@Size(max = Bounds.WORD) String> addresses,
    @Size(max = Bounds.MESSAGE) @JsonPropertyDescription("The addresses, joined for the table")
        @Nullable String addressText,
    @Size(max = Bounds.NAME) @JsonPropertyDescription("LiveMigration that moves it now")
        @Nullable String migration,
    @Size(max = Bounds.CONDITIONS) List<Condition> conditions) {

  /** Absent lists are empty. */
  public InstanceStatus {
    addresses = Lists.orEmpty(addresses);
    conditions = Lists.orEmpty(conditions);
  }
}
