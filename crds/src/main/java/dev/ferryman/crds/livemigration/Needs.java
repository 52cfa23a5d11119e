package dev.ferryman.crds.livemigration;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Lists;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the instance needs at its destination, as its source found it in libvirt. */
@RecordBuilder
@ApiObject
public record Needs(
    @Required @Size(max = Bounds.NAME) @JsonPropertyDescription("Name of the libvirt domain")
        String domainName,
    @Required @Min(1) @Max(Integer.MAX_VALUE) Integer vcpus,
    @Required @Min(0) Long memoryMiB,
    @Size(max = Bounds.PAGE_SIZES) @JsonPropertyDescription("Huge pages that its memory, or part of it, is made of")
        List<HugePages> hugepages,
    @Size(max = Bounds.WORD) @JsonPropertyDescription("libvirt's domain type: kvm, qemu")
        @Nullable String type,
    @Size(max = Bounds.WORD) @Nullable String arch,
    @Size(max = Bounds.WORD) @Nullable String machineType,
    @JsonPropertyDescription("Paused before the move: it is left paused") @Nullable Boolean paused,
    @JsonPropertyDescription("Has a definition that outlives its shutdown")
        @Nullable Boolean persistent,
    @JsonPropertyDescription("Started by libvirt when its host boots: goes with the instance")
        @Nullable Boolean autostart,
    @Size(max = Bounds.DISKS) List<Disk> disks,
    @JsonPropertyDescription("The CPU that the guest sees; absent: the machine type's own")
        @Nullable CpuNeed cpu,
    @Size(max = Bounds.NEEDED_OBJECTS) List<NetworkNeed> networks,
    @Size(max = Bounds.NEEDED_OBJECTS) @JsonPropertyDescription(
            "Network filters (security rules) of its interfaces, with those they refer to")
        List<FilterNeed> nwfilters,
    @Size(max = Bounds.NEEDED_OBJECTS) List<SecretNeed> secrets,
    @Size(max = Bounds.NEEDED_OBJECTS) List<StoragePoolNeed> storagePools,
    @Size(max = Bounds.NEEDED_OBJECTS) @JsonPropertyDescription(
            "Addresses on which its graphics and character devices listen, with the ports that are fixed; without a port,"
                + " but for the wildcards and loopback")
        List<ListenNeed> listenAddresses,
    @Size(max = Bounds.NEEDED_OBJECTS) @JsonPropertyDescription("Files and sockets that its devices make")
        List<@Size(max = Bounds.PATH) String> logPaths,
    @Size(max = Bounds.NEEDED_OBJECTS) @JsonPropertyDescription(
            "Files, devices and sockets that are there before it, beside its disks")
        List<FileNeed> hostFiles) {

  /** Absent lists are empty. */
  public Needs {
    hugepages = Lists.orEmpty(hugepages);
    disks = Lists.orEmpty(disks);
    networks = Lists.orEmpty(networks);
    nwfilters = Lists.orEmpty(nwfilters);
    secrets = Lists.orEmpty(secrets);
    storagePools = Lists.orEmpty(storagePools);
    listenAddresses = Lists.orEmpty(listenAddresses);
    logPaths = Lists.orEmpty(logPaths);
    hostFiles = Lists.orEmpty(hostFiles);
  }
}
