package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.SafeXml.attribute;
import static dev.ferryman.agent.libvirt.SafeXml.children;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.livemigration.FilterNeed;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.w3c.dom.Element;

/** Reads network filters (libvirt: formatnwfilter). */
final class FilterXml {
  private FilterXml() {}

  /**
   * Filters with all that they refer to, each once; one that is not there is left out. Stops when
   * there are more than can be told.
   *
   * @param lookup a filter's XML by its name
   */
  static List<FilterNeed> closure(List<String> names, Function<String, Optional<String>> lookup) {
    var found = new LinkedHashMap<String, FilterNeed>();
    var open = new ArrayDeque<>(names);
    while (!open.isEmpty() && found.size() <= Bounds.NEEDED_OBJECTS) {
      var name = open.remove();
      if (found.containsKey(name)) {
        continue;
      }
      lookup
          .apply(name)
          .map(xml -> SafeXml.parse("network filter " + name, xml))
          .ifPresent(
              filter -> {
                found.put(name, new FilterNeed(Bounds.cut(name, Bounds.NAME), hash(filter)));
                children(filter, "filterref").stream()
                    .flatMap(reference -> attribute(reference, "filter").stream())
                    .forEach(open::add);
              });
    }
    return List.copyOf(found.values());
  }

  static String hash(String name, String xml) {
    return hash(SafeXml.parse("network filter " + name, xml));
  }

  /** libvirt gives each host's copy a UUID of its own. */
  private static String hash(Element filter) {
    var copy = (Element) filter.cloneNode(true);
    children(copy, "uuid").forEach(copy::removeChild);
    return CanonicalXml.hash(copy);
  }
}
