package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.Disk;
import dev.ferryman.crds.livemigration.HugePages;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the agent reads out of a domain's XML.
 *
 * @param type libvirt's domain type: kvm, qemu
 * @param paged memory that is made of huge pages
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
    List<PagedMemory> paged,
    List<Disk> disks,
    @Nullable String project,
    List<String> addresses,
    @Nullable String attemptMark,
    @Nullable String trouble) {

  /** Of a domain of which nothing is known but that it is there. */
  static DomainDefinition unreadable(String trouble) {
    return new DomainDefinition(
        "", "", "", 0, 0, List.of(), List.of(), null, List.of(), null, trouble);
  }

  /** The same, on a host whose own size of huge pages is that. */
  DomainDefinition onHostWith(long pageKiB) {
    return new DomainDefinition(
        type,
        arch,
        machineType,
        vcpus,
        memoryMiB,
        paged.stream().map(part -> part.onHostWith(pageKiB)).toList(),
        disks,
        project,
        addresses,
        attemptMark,
        trouble);
  }

  /** Huge pages that it needs, by their size. */
  public List<HugePages> hugePages() {
    return PagedMemory.pages(paged);
  }
}
