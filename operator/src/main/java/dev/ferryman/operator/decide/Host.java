package dev.ferryman.operator.decide;

import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceSpec;
import dev.ferryman.crds.hostresource.HostResourceStatus;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.crds.hostresource.Overcommit;
import dev.ferryman.crds.hostresource.Reserved;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A host as its agent describes it, with what the operator knows of its liveness.
 *
 * @param labels those of its HostResource
 */
public record Host(
    String name,
    Map<String, String> labels,
    HostResourceSpec spec,
    HostResourceStatus status,
    Liveness liveness) {

  private static final HostResourceStatus EMPTY = HostResourceStatusBuilder.builder().build();

  /** The host of that object; absent spec and status count as empty. */
  public static Host of(HostResource resource, Liveness liveness) {
    var spec = resource.getSpec();
    var status = resource.getStatus();
    var labels = resource.getMetadata().getLabels();
    return new Host(
        resource.getMetadata().getName(),
        labels == null ? Map.of() : Map.copyOf(labels),
        spec == null ? HostResourceSpec.DEFAULT : spec,
        status == null ? EMPTY : status,
        liveness);
  }

  /** Whether the agent says that host and libvirt work. */
  public boolean isReady() {
    return status.conditions().stream()
        .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
  }

  /** Whether the host's word counts now: its agent lives and its libvirt answers. */
  public boolean answers() {
    return liveness == Liveness.Alive && isReady();
  }

  /**
   * Whether a word said in that boot, beside that libvirt daemon, can still be true: no later boot
   * or daemon is known. Where one of the two did not see its daemon, the boot decides.
   */
  public boolean isCurrent(String bootID, @Nullable Long libvirtdStartTime) {
    var daemon = status.libvirtdStartTime();
    return bootID.equals(status.bootID())
        && (daemon == null || libvirtdStartTime == null || daemon.equals(libvirtdStartTime));
  }

  /**
   * Whether what is known of the host is at least as new as that status of its agent; null: any is.
   */
  public boolean isAsNewAs(@Nullable Long sequence) {
    var known = status.sequence();
    return sequence == null || (known != null && known >= sequence);
  }

  public boolean isUnschedulable() {
    return Boolean.TRUE.equals(spec.unschedulable());
  }

  /** Whether instances may come here: alive, ready, and not closed by the administrator. */
  public boolean isSchedulable() {
    return answers() && !isUnschedulable();
  }

  /** Whether the agent has published its instances at least once. */
  public boolean hasReported() {
    return status.instanceCount() != null;
  }

  /** Whether the host has more instances than its list has room for. */
  public boolean isTruncated() {
    var count = status.instanceCount();
    return count != null && count > status.instances().size();
  }

  /** What the host lists under that libvirt UUID as its own; a copy being received is not. */
  public Optional<HostInstance> instance(String uuid) {
    return status.instances().stream()
        .filter(i -> i.uuid().equals(uuid) && !Boolean.TRUE.equals(i.incoming()))
        .findFirst();
  }

  /** Whether the administrator declared that boot over; a living host refutes it. */
  public boolean isFenced(@Nullable String bootID) {
    var fenced = spec.fenced();
    return liveness == Liveness.Dead && fenced != null && fenced.bootID().equals(bootID);
  }

  /** Committed vCPUs may be total times this. */
  public double cpuOvercommit() {
    var overcommit = spec.overcommit();
    var cpu = overcommit == null ? null : overcommit.cpu();
    return cpu == null ? Overcommit.DEFAULT_CPU : cpu;
  }

  /** Committed memory may be total times this. */
  public double memoryOvercommit() {
    var overcommit = spec.overcommit();
    var memory = overcommit == null ? null : overcommit.memory();
    return memory == null ? Overcommit.DEFAULT_MEMORY : memory;
  }

  /** Committed disk may be total times this. */
  public double diskOvercommit() {
    var overcommit = spec.overcommit();
    var disk = overcommit == null ? null : overcommit.disk();
    return disk == null ? Overcommit.DEFAULT_DISK : disk;
  }

  /** vCPUs kept back for the host itself. */
  public int reservedVCPUs() {
    var reserved = spec.reserved();
    var vcpus = reserved == null ? null : reserved.vcpus();
    return vcpus == null ? Reserved.DEFAULT_VCPUS : vcpus;
  }

  /** Memory kept back for the host itself. */
  public long reservedMemoryMiB() {
    var reserved = spec.reserved();
    var memory = reserved == null ? null : reserved.memoryMiB();
    return memory == null ? Reserved.DEFAULT_MEMORY_MIB : memory;
  }

  /** Disk kept back for the host itself. */
  public long reservedDiskGiB() {
    var reserved = spec.reserved();
    var disk = reserved == null ? null : reserved.diskGiB();
    return disk == null ? Reserved.DEFAULT_DISK_GIB : disk;
  }
}
