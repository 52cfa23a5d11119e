package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.Disk;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the agent reads out of a domain's XML.
 *
 * @param type libvirt's domain type: kvm, qemu
 * @param project of Nova's or Ferryman's metadata; null if neither names one
 * @param addresses of Nova's or Ferryman's metadata
 * @param attemptMark uid of the attempt that made this copy
 */
public record DomainDefinition(
    String type,
    String arch,
    String machineType,
    int vcpus,
    long memoryMiB,
    List<Disk> disks,
    @Nullable String project,
    List<String> addresses,
    @Nullable String attemptMark) {}
