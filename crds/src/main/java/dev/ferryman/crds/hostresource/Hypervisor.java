package dev.ferryman.crds.hostresource;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.ferryman.crds.ApiObject;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Lists;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The hypervisor of a host (libvirt: virConnectGetCapabilities and version calls). */
@ApiObject
public record Hypervisor(
    @Size(max = Bounds.WORD) @JsonPropertyDescription("libvirt's domain types it can run, best first: kvm,qemu or qemu")
        @Nullable String type,
    @Size(max = Bounds.WORD) @Nullable String version,
    @Size(max = Bounds.WORD) @Nullable String libvirtVersion,
    @Size(max = Bounds.WORD) @Nullable String arch,
    @Size(max = Bounds.UUID) @Nullable String hostUUID,
    @Size(max = Bounds.WORD) @Nullable String cpuModel,
    @Size(max = Bounds.MACHINE_TYPES) List<@Size(max = Bounds.WORD) String> machineTypes) {

  /** Absent lists are empty. */
  public Hypervisor {
    machineTypes = Lists.orEmpty(machineTypes);
  }
}
