package dev.ferryman.operator.decide.admission;

import dev.ferryman.crds.Reason;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.inventory.Inventory;
import dev.ferryman.operator.decide.inventory.Listing;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Finds the one instance that a user's text names, and the host that has it. */
public sealed interface InstanceLookup {

  /** Exactly one instance. */
  record Found(String uuid, Listing at) implements InstanceLookup {}

  /** No such instance, or several: nothing that waiting would mend. */
  record NotFound(Reason reason, String message) implements InstanceLookup {}

  /** What the hosts say now does not decide it. */
  record Undecided(Reason reason, String message) implements InstanceLookup {}

  /**
   * Looks the text up as name of an Instance object, as domain name and as UUID.
   *
   * @param instanceNames libvirt UUID by name of Instance object
   */
  static InstanceLookup find(String text, Inventory inventory, Map<String, String> instanceNames) {
    var byObject = instanceNames.get(text);
    var matches = new TreeMap<String, List<Listing>>();
    for (var listing : inventory.listings()) {
      var entry = listing.entry();
      if (entry.name().equals(text)
          || entry.uuid().equalsIgnoreCase(text)
          || entry.uuid().equals(byObject)) {
        matches.computeIfAbsent(entry.uuid(), inventory::listings);
      }
    }
    if (matches.isEmpty()) {
      return nowhere(text, inventory);
    }
    if (matches.size() > 1) {
      var all =
          matches.values().stream()
              .flatMap(List::stream)
              .map(l -> l.entry().uuid() + " (" + l.entry().name() + " on " + l.host().name() + ")")
              .collect(Collectors.joining(", "));
      return new NotFound(
          Reason.InstanceAmbiguous, "'" + text + "' matches several: " + all + "; name its UUID");
    }
    return where(matches.firstKey(), matches.firstEntry().getValue());
  }

  private static InstanceLookup nowhere(String text, Inventory inventory) {
    var truncated = names(inventory.hosts().stream().filter(Host::isTruncated).toList());
    if (!truncated.isEmpty()) {
      return new Undecided(
          Reason.InventoryTruncated,
          "no host lists '" + text + "', but the list is cut short on " + truncated);
    }
    var unheard =
        names(
            inventory.hosts().stream()
                .filter(
                    h ->
                        h.liveness() == Liveness.Unknown
                            || (h.liveness() == Liveness.Alive && !h.hasReported()))
                .toList());
    if (!unheard.isEmpty()) {
      return new Undecided(
          Reason.HostLivenessUnknown,
          "no host lists '" + text + "', but nothing was heard yet from " + unheard);
    }
    return new NotFound(
        Reason.InstanceNotFound,
        "none of " + inventory.hosts().size() + " hosts has an instance '" + text + "'");
  }

  private static InstanceLookup where(String uuid, List<Listing> listings) {
    if (listings.size() == 1) {
      return new Found(uuid, listings.get(0));
    }
    var active = listings.stream().filter(l -> l.entry().state().isActive()).toList();
    if (active.size() > 1) {
      return new Undecided(
          Reason.Conflict,
          uuid
              + " is in the lists of "
              + names(active.stream().map(Listing::host).toList())
              + " as active: nothing is touched until only one of them names it");
    }
    return new Found(uuid, active.isEmpty() ? listings.get(0) : active.get(0));
  }

  private static String names(List<Host> hosts) {
    return hosts.stream().map(Host::name).limit(10).collect(Collectors.joining(", "));
  }
}
