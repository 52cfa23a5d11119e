package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.SafeXml.attribute;
import static dev.ferryman.agent.libvirt.SafeXml.child;
import static dev.ferryman.agent.libvirt.SafeXml.children;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.livemigration.FilterNeed;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/** Reads network filters (libvirt: formatnwfilter). */
public final class FilterXml {
  private FilterXml() {}

  /**
   * Filters with all that they refer to, each once; one that is not there is left out. Stops when
   * there are more than can be told. Those that are too long, or with which all together would be,
   * come without their content.
   *
   * @param lookup a filter's XML by its name
   */
  static List<FilterNeed> closure(List<String> names, Function<String, Optional<String>> lookup) {
    var found = new LinkedHashMap<String, FilterNeed>();
    var open = new ArrayDeque<>(names);
    var room = Bounds.FILTERS_XML;
    while (!open.isEmpty() && found.size() <= Bounds.NEEDED_OBJECTS) {
      var name = open.remove();
      var xml = found.containsKey(name) ? Optional.<String>empty() : lookup.apply(name);
      if (xml.isPresent()) {
        var filter = content(name, xml.get());
        var text = CanonicalXml.of(filter);
        var fits = text.length() <= Math.min(room, Bounds.FILTER_XML);
        room -= fits ? text.length() : 0;
        found.put(
            name,
            new FilterNeed(
                Bounds.cut(name, Bounds.NAME), CanonicalXml.hash(filter), fits ? text : null));
        references(filter).forEach(open::add);
      }
    }
    return List.copyOf(found.values());
  }

  static FilterFacts facts(String name, String xml) {
    var uuid = child(SafeXml.parse("network filter " + name, xml), "uuid");
    return new FilterFacts(uuid.flatMap(SafeXml::text).orElse(""), hash(name, xml));
  }

  static String hash(String name, String xml) {
    return CanonicalXml.hash(content(name, xml));
  }

  /** Without its UUID: libvirt gives each host's copy one of its own. */
  private static Element content(String name, String xml) {
    var filter = SafeXml.parse("network filter " + name, xml);
    children(filter, "uuid").forEach(filter::removeChild);
    return filter;
  }

  private static Stream<String> references(Element filter) {
    return children(filter, "filterref").stream()
        .flatMap(reference -> attribute(reference, "filter").stream());
  }

  /**
   * The filter's XML with a UUID.
   *
   * @throws HypervisorException if it is not XML
   */
  static String withUuid(String xml, String uuid) {
    var filter = content(uuid, xml);
    var element = filter.getOwnerDocument().createElement("uuid");
    element.setTextContent(uuid);
    filter.insertBefore(element, filter.getFirstChild());
    return SafeXml.write(filter);
  }

  /**
   * Those needs whose content is there, and is what name and hash say, each behind all that it
   * refers to.
   */
  public static List<FilterNeed> installable(List<FilterNeed> needs) {
    var whole = new HashMap<String, FilterNeed>();
    needs.stream().filter(FilterXml::isWhole).forEach(need -> whole.put(need.name(), need));
    var ordered = new LinkedHashMap<String, FilterNeed>();
    needs.forEach(need -> add(need.name(), whole, ordered, Set.of()));
    return List.copyOf(ordered.values());
  }

  private static boolean isWhole(FilterNeed need) {
    var xml = need.xml();
    try {
      return xml != null
          && content(need.name(), xml).getAttribute("name").equals(need.name())
          && hash(need.name(), xml).equals(need.hash());
    } catch (HypervisorException notXml) {
      return false;
    }
  }

  private static void add(
      String name,
      Map<String, FilterNeed> whole,
      Map<String, FilterNeed> ordered,
      Set<String> users) {
    var need = whole.get(name);
    if (need == null || ordered.containsKey(name) || users.contains(name)) {
      return;
    }
    var path = new HashSet<>(users);
    path.add(name);
    references(content(name, Objects.requireNonNull(need.xml(), "of a whole one")))
        .forEach(reference -> add(reference, whole, ordered, path));
    ordered.put(name, need);
  }
}
