package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.SafeXml.attribute;
import static dev.ferryman.agent.libvirt.SafeXml.child;
import static dev.ferryman.agent.libvirt.SafeXml.children;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.w3c.dom.Element;

/**
 * The element hugepages of a domain's memoryBacking (libvirt: formatdomain, Memory Backing):
 * without pages, all memory is made of pages of the host's own size; else of the page that names
 * the guest's NUMA node, or of the one that names none. A node that no page is for has ordinary
 * memory.
 */
final class HugePagesXml {
  /** libvirt takes a page of the processor's ordinary size for ordinary memory. */
  private static final long ORDINARY_PAGE_KIB = 4;

  private HugePagesXml() {}

  /**
   * @param memoryKiB of the whole guest
   */
  static List<PagedMemory> read(Element domain, long memoryKiB) {
    var hugepages = child(domain, "memoryBacking").flatMap(backing -> child(backing, "hugepages"));
    if (hugepages.isEmpty()) {
      return List.of();
    }
    var pages = children(hugepages.get(), "page");
    if (pages.isEmpty()) {
      return List.of(new PagedMemory(PagedMemory.HOSTS_OWN, memoryKiB));
    }
    var paged = new ArrayList<PagedMemory>();
    for (var node : nodes(domain, memoryKiB)) {
      page(pages, node.id())
          .map(HugePagesXml::sizeKiB)
          .filter(size -> size > ORDINARY_PAGE_KIB)
          .ifPresent(size -> paged.add(new PagedMemory(size, node.memoryKiB())));
    }
    return List.copyOf(paged);
  }

  private record Node(int id, long memoryKiB) {}

  /** A guest without NUMA nodes is one node. */
  private static List<Node> nodes(Element domain, long memoryKiB) {
    var cells =
        child(domain, "cpu").flatMap(cpu -> child(cpu, "numa")).stream()
            .flatMap(numa -> children(numa, "cell").stream())
            .toList();
    var nodes = new ArrayList<Node>();
    for (var cell : cells) {
      var id = attribute(cell, "id").map(DomainXml::count).orElse(nodes.size());
      nodes.add(new Node(id, kibibytes(cell, "memory")));
    }
    return nodes.isEmpty() ? List.of(new Node(0, memoryKiB)) : nodes;
  }

  private static Optional<Element> page(List<Element> pages, int node) {
    return pages.stream()
        .filter(page -> attribute(page, "nodeset").filter(set -> contains(set, node)).isPresent())
        .findFirst()
        .or(() -> pages.stream().filter(page -> attribute(page, "nodeset").isEmpty()).findFirst());
  }

  /** libvirt's sets: numbers and ranges, and with ^ numbers that are left out. */
  private static boolean contains(String set, int node) {
    boolean in = false;
    for (var part : set.split(",", -1)) {
      var text = part.strip();
      if (text.startsWith("^")) {
        in &= DomainXml.count(text.substring(1)) != node;
      } else if (!text.isEmpty()) {
        var ends = text.split("-", 2);
        in |= DomainXml.count(ends[0]) <= node && node <= DomainXml.count(ends[ends.length - 1]);
      }
    }
    return in;
  }

  private static long sizeKiB(Element page) {
    return kibibytes(page, "size");
  }

  private static long kibibytes(Element element, String name) {
    return DomainXml.kibibytes(
        attribute(element, name).orElse("0"), attribute(element, "unit").orElse("KiB"));
  }
}
