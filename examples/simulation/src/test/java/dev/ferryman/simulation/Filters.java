package dev.ferryman.simulation;

import dev.ferryman.agent.libvirt.Presence;
import dev.ferryman.crds.livemigration.NetworkKind;
import dev.ferryman.crds.livemigration.NetworkNeed;
import java.util.Map;

/**
 * The guest's network filters: its source has them. The others have none and install them; but of
 * several others the first has another one of that name, which nobody may touch.
 */
final class Filters {
  static final String INTERFACE =
      "<interface type='bridge'><source bridge='br0'/><filterref filter='clean'/></interface>";

  private static final String RULE =
      "<filter name='no-spoofing'><uuid>2</uuid><rule action='%s' direction='out'/></filter>";
  private static final Map<String, String> WHOLE =
      Map.of(
          "clean",
          "<filter name='clean'><uuid>1</uuid><filterref filter='no-spoofing'/></filter>",
          "no-spoofing",
          RULE.formatted("drop"));
  private static final Map<String, String> OTHERS = Map.of("no-spoofing", RULE.formatted("accept"));

  private final Simulation simulation;

  Filters(Simulation simulation) {
    this.simulation = simulation;
    for (var host : simulation.hosts()) {
      var objects = simulation.hypervisor(host).objects;
      objects.networks.put(new NetworkNeed(NetworkKind.Interface, "br0"), Presence.Active);
      objects.filters.putAll(
          host.equals(Simulation.SOURCE) ? WHOLE : isOthers(host) ? OTHERS : Map.of());
    }
  }

  /** Whether the guest can never come to that host. */
  boolean isOthers(String host) {
    return host.equals(Simulation.DESTINATION) && simulation.hosts().size() > 2;
  }

  /** Whether nothing is there of what the guest needs, and what was there before is. */
  boolean areAsBefore(String host) {
    var there = simulation.hypervisor(host).objects.filters;
    return isOthers(host) ? there.equals(OTHERS) : there.isEmpty();
  }

  boolean areWhole(String host) {
    return simulation.hypervisor(host).objects.filters.keySet().equals(WHOLE.keySet());
  }
}
