package dev.ferryman.operator.decide.inventory;

import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.hostresource.HostInstanceBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Migration;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which host holds which instance. Built from the hosts' own lists, corrected by what was proved of
 * moves that have just ended: the two hosts publish their new lists a little later and one after
 * the other, and nobody shall see the guest on the wrong host, on both, or on none meanwhile.
 */
public final class Inventory {
  /** So long after a proved move the source's list is not believed about that instance. */
  static final Duration SOURCE_LIST_STALE = Duration.ofSeconds(30);

  /** So long after a proved move the instance is shown at the destination unlisted. */
  static final Duration DESTINATION_LIST_LATE = Duration.ofSeconds(10);

  private final List<Host> hosts;
  private final List<Listing> listings;
  private final boolean corrected;

  private Inventory(List<Host> hosts, List<Listing> listings, boolean corrected) {
    this.hosts = hosts;
    this.listings = listings;
    this.corrected = corrected;
  }

  /** The inventory of these hosts at that moment. */
  public static Inventory of(List<Host> hosts, List<Migration> moves, Instant now) {
    var sorted = hosts.stream().sorted(Comparator.comparing(Host::name)).toList();
    var listings = new ArrayList<Listing>();
    for (var host : sorted) {
      for (var entry : host.status().instances()) {
        if (!Boolean.TRUE.equals(entry.incoming())) {
          listings.add(new Listing(host, entry));
        }
      }
    }
    var recent = latestProved(moves, now);
    recent.forEach((uuid, move) -> correct(sorted, listings, uuid, move, now));
    return new Inventory(sorted, List.copyOf(listings), !recent.isEmpty());
  }

  /** All hosts, by name. */
  public List<Host> hosts() {
    return hosts;
  }

  public Optional<Host> host(@Nullable String name) {
    return hosts.stream().filter(h -> h.name().equals(name)).findFirst();
  }

  /** All instances on all hosts; one that two hosts list is there twice. */
  public List<Listing> listings() {
    return listings;
  }

  /** Where that libvirt UUID is. */
  public List<Listing> listings(String uuid) {
    return listings.stream().filter(l -> l.entry().uuid().equals(uuid)).toList();
  }

  /** Whether a recent move corrects the lists, so that they have to be looked at again. */
  public boolean isCorrected() {
    return corrected;
  }

  private static Map<String, Migration> latestProved(List<Migration> moves, Instant now) {
    var latest = new HashMap<String, Migration>();
    for (var move : moves) {
      var uuid = move.status().instanceUID();
      if (uuid != null && move.hasStarted() && age(move, now).compareTo(SOURCE_LIST_STALE) < 0) {
        latest.merge(uuid, move, (a, b) -> age(a, now).compareTo(age(b, now)) <= 0 ? a : b);
      }
    }
    return latest;
  }

  private static Duration age(Migration move, Instant now) {
    return move.began(Phase.Succeeded)
        .map(end -> Duration.between(end, now))
        .orElse(SOURCE_LIST_STALE);
  }

  private static void correct(
      List<Host> hosts, List<Listing> listings, String uuid, Migration move, Instant now) {
    var atSource = listed(listings, uuid, move.status().sourceHost());
    if (atSource.isPresent()) {
      listings.remove(atSource.get());
    }
    var destination = move.status().destinationHost();
    if (listed(listings, uuid, destination).isEmpty()
        && age(move, now).compareTo(DESTINATION_LIST_LATE) < 0) {
      hosts.stream()
          .filter(h -> h.name().equals(destination))
          .findFirst()
          .ifPresent(h -> arrived(h, uuid, atSource).ifPresent(listings::add));
    }
  }

  private static Optional<Listing> listed(
      List<Listing> listings, String uuid, @Nullable String host) {
    return listings.stream()
        .filter(l -> l.entry().uuid().equals(uuid) && l.host().name().equals(host))
        .findFirst();
  }

  /** The instance as the destination will list it: from its incoming copy, else as it was. */
  private static Optional<Listing> arrived(Host host, String uuid, Optional<Listing> atSource) {
    Optional<HostInstance> incoming =
        host.status().instances().stream().filter(i -> i.uuid().equals(uuid)).findFirst();
    return atSource
        .map(Listing::entry)
        .or(() -> incoming)
        .map(e -> new Listing(host, HostInstanceBuilder.builder(e).incoming(null).build()));
  }
}
