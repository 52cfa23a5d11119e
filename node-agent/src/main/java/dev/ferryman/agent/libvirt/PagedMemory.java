package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.livemigration.HugePages;
import java.util.List;
import java.util.TreeMap;

/**
 * Memory of a guest, or of one of its NUMA nodes, that is made of huge pages.
 *
 * @param pageKiB size of such a page; {@link #HOSTS_OWN}: what the kernel takes if nothing is said
 * @param memoryKiB how much it is
 */
public record PagedMemory(long pageKiB, long memoryKiB) {
  static final long HOSTS_OWN = 0;

  PagedMemory onHostWith(long ownPageKiB) {
    return pageKiB == HOSTS_OWN ? new PagedMemory(ownPageKiB, memoryKiB) : this;
  }

  private long pages() {
    return (memoryKiB + pageKiB - 1) / pageKiB;
  }

  /** Of each size, the smallest first. */
  static List<HugePages> pages(List<PagedMemory> paged) {
    var bySize = new TreeMap<Long, Long>();
    for (var part : paged) {
      if (part.pageKiB > 0) {
        bySize.merge(part.pageKiB, part.pages(), Long::sum);
      }
    }
    return bySize.entrySet().stream()
        .limit(Bounds.PAGE_SIZES)
        .map(size -> new HugePages(size.getKey(), size.getValue()))
        .toList();
  }
}
