package dev.ferryman.crds.hostresource;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Lists;
import dev.ferryman.crds.Schemas;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Condition;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Written by the host's agent, except {@code schedulable} and the condition Alive: those are the
 * operator's.
 */
@RecordBuilder
@ApiObject
@SchemaCustomizer(Schemas.Conditions.class)
public record HostResourceStatus(
    @Min(0) @Nullable Long observedGeneration,
    @JsonPropertyDescription("What the host has; its memory without huge pages")
        @Nullable Resources total,
    @JsonPropertyDescription(
            "What the operating system and libvirt measure now, without copies that are being received")
        @Nullable Resources used,
    @JsonPropertyDescription(
            "Sum of what its instances may use at most; of their memory, what is not of huge pages")
        @Nullable Resources committed,
    @Size(max = Bounds.PROJECTS) @JsonPropertyDescription(
            "What the instances of each project may use at most, huge pages included")
        List<ProjectUse> projects,
    @Size(max = Bounds.PAGE_SIZES) @JsonPropertyDescription("Its huge pages, by their size")
        List<HugePagePool> hugepages,
    @Nullable Hypervisor hypervisor,
    @Nullable MigrationEndpoint migration,
    @Size(max = Bounds.STORAGE) List<Storage> storage,
    @Size(max = Bounds.INSTANCES) List<HostInstance> instances,
    @Min(0) @Max(Integer.MAX_VALUE) @JsonPropertyDescription("Number of domains, also of those that the list has no room for")
        @Nullable Integer instanceCount,
    @Size(max = Bounds.WORD) @Nullable String bootID,
    @Min(0) @JsonPropertyDescription(
            "Start of the libvirt daemon, in clock ticks since the host booted")
        @Nullable Long libvirtdStartTime,
    @Min(0) @JsonPropertyDescription("Grows with each status that the agent publishes")
        @Nullable Long sequence,
    @Size(max = Bounds.WORD) @JsonPropertyDescription("When the agent read these figures, by its own clock")
        @Nullable String observedTime,
    @JsonPropertyDescription("Ready, Alive and not unschedulable; the operator's")
        @Nullable Boolean schedulable,
    @Size(max = Bounds.CONDITIONS) List<Condition> conditions) {

  /** Absent lists are empty. */
  public HostResourceStatus {
    projects = Lists.orEmpty(projects);
    hugepages = Lists.orEmpty(hugepages);
    storage = Lists.orEmpty(storage);
    instances = Lists.orEmpty(instances);
    conditions = Lists.orEmpty(conditions);
  }
}
