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
 * @param trouble why the XML could not be read, so that all else is unknown; null: it was read
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
    @Nullable String attemptMark,
    @Nullable String trouble) {

  /** Of a domain of which nothing is known but that it is there. */
  static DomainDefinition unreadable(String trouble) {
    return new DomainDefinition("", "", "", 0, 0, List.of(), null, List.of(), null, trouble);
  }
}
