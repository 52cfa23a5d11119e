package dev.ferryman.agent.inventory;

import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.crds.livemigration.HugePages;
import java.util.ArrayList;
import java.util.List;

/**
 * What copies that are being received have taken by now.
 *
 * @param memoryMiB ordinary memory
 */
public record Received(long memoryMiB, List<HugePages> pages) {
  static final Received NOTHING = new Received(0, List.of());

  static Received of(List<DomainFacts> domains, ProcFiles proc) {
    long memoryMiB = 0;
    var pages = new ArrayList<HugePages>();
    for (var domain : domains) {
      var process = domain.process();
      if (domain.incoming() && process != null) {
        memoryMiB += proc.residentMiB(process.pid());
        pages.addAll(taken(domain.definition().hugePages(), proc.hugeKiB(process.pid())));
      }
    }
    return new Received(memoryMiB, List.copyOf(pages));
  }

  /**
   * libvirt has QEMU take them all when it starts (prealloc). The kernel says only how much is
   * taken in all, so with several sizes nothing is said before all is there.
   */
  private static List<HugePages> taken(List<HugePages> needed, long takenKiB) {
    if (needed.size() == 1) {
      var only = needed.get(0);
      return List.of(
          new HugePages(only.sizeKiB(), Math.min(only.pages(), takenKiB / only.sizeKiB())));
    }
    long all = needed.stream().mapToLong(of -> of.sizeKiB() * of.pages()).sum();
    return takenKiB >= all ? needed : List.of();
  }

  /** Pages of that size. */
  long pages(long sizeKiB) {
    return pages.stream().filter(of -> of.sizeKiB() == sizeKiB).mapToLong(HugePages::pages).sum();
  }
}
