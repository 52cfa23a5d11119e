package dev.ferryman.operator.decide.inventory;

import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.hostresource.HostInstanceBuilder;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Migration;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
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
  /**
   * So long after a proved move a list may be older than it: well over the 30 s that an agent waits
   * at most before it tries again to publish.
   */
  static final Duration LISTS_LATE = Duration.ofSeconds(90);

  /** So long after a proved move no list counts as newer: the hosts' clocks may differ a little. */
  static final Duration CLOCKS_DIFFER = Duration.ofSeconds(10);

  private final List<Host> hosts;
  private final List<Listing> listings = new ArrayList<>();
  private final Map<String, Host> presumed = new HashMap<>();
  private boolean corrected;

  private Inventory(List<Host> hosts) {
    this.hosts = hosts;
    for (var host : hosts) {
      for (var entry : host.status().instances()) {
        if (!Boolean.TRUE.equals(entry.incoming())) {
          listings.add(new Listing(host, entry));
        }
      }
    }
  }

  /** The inventory of these hosts at that moment. */
  public static Inventory of(List<Host> hosts, List<Migration> moves, Instant now) {
    var inventory = new Inventory(hosts.stream().sorted(Comparator.comparing(Host::name)).toList());
    latestProved(moves, now).forEach((uuid, move) -> inventory.correct(uuid, move, now));
    moves.stream().filter(Migration::isUnderWay).forEach(inventory::keepOnItsWay);
    return inventory;
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
    return List.copyOf(listings);
  }

  /** Where that libvirt UUID is. */
  public List<Listing> listings(String uuid) {
    return listings.stream().filter(l -> l.entry().uuid().equals(uuid)).toList();
  }

  /** Where an instance is that has just moved and that no list names: little else is known. */
  public Optional<Host> presumedAt(String uuid) {
    return Optional.ofNullable(presumed.get(uuid));
  }

  /** Whether a recent move corrects the lists, so that they have to be looked at again. */
  public boolean isCorrected() {
    return corrected;
  }

  private static Map<String, Migration> latestProved(List<Migration> moves, Instant now) {
    var latest = new HashMap<String, Migration>();
    for (var move : moves) {
      var uuid = move.status().instanceUID();
      if (uuid != null && move.hasStarted() && age(move, now).compareTo(LISTS_LATE) < 0) {
        latest.merge(uuid, move, (a, b) -> age(a, now).compareTo(age(b, now)) <= 0 ? a : b);
      }
    }
    return latest;
  }

  private static Duration age(Migration move, Instant now) {
    return move.began(Phase.Succeeded).map(end -> Duration.between(end, now)).orElse(LISTS_LATE);
  }

  private void correct(String uuid, Migration move, Instant now) {
    var atSource = listed(uuid, move.status().sourceHost());
    var destination = host(move.status().destinationHost());
    boolean arrived = listed(uuid, move.status().destinationHost()).isPresent();
    boolean settled = age(move, now).compareTo(CLOCKS_DIFFER) >= 0;
    boolean sourceIsNewer = atSource.map(l -> settled && isNewer(l.host(), move)).orElse(settled);
    boolean destinationIsNewer = arrived || destination.map(h -> isNewer(h, move)).orElse(true);
    if (sourceIsNewer && destinationIsNewer) {
      return;
    }
    atSource.ifPresent(listings::remove);
    corrected |= atSource.isPresent();
    if (listings(uuid).isEmpty()) {
      destination.ifPresent(host -> presume(host, uuid, move, atSource));
    }
  }

  /**
   * A guest that has left the source's list and is not yet in the destination's is no guest that
   * does not exist: until its move is settled it is the source's.
   */
  private void keepOnItsWay(Migration move) {
    var uuid = move.status().instanceUID();
    if (uuid != null && listings(uuid).isEmpty()) {
      host(move.status().sourceHost())
          .ifPresent(host -> presume(host, uuid, move, Optional.empty()));
    }
  }

  private Optional<Listing> listed(String uuid, @Nullable String host) {
    return listings(uuid).stream().filter(l -> l.host().name().equals(host)).findFirst();
  }

  /** Whether the host has read its list after that move had ended. */
  private static boolean isNewer(Host host, Migration move) {
    var read = host.status().observedTime();
    try {
      return read != null
          && move.began(Phase.Succeeded).map(Instant.parse(read)::isAfter).orElse(false);
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  /** As the destination will list it: from the source's list, its incoming copy, or its needs. */
  private void presume(Host host, String uuid, Migration move, Optional<Listing> atSource) {
    corrected = true;
    Optional<HostInstance> incoming =
        host.status().instances().stream().filter(i -> i.uuid().equals(uuid)).findFirst();
    var known = atSource.map(Listing::entry).or(() -> incoming);
    if (known.isEmpty()) {
      presumed.put(uuid, host);
    }
    known
        .or(() -> needed(uuid, move))
        .map(e -> new Listing(host, HostInstanceBuilder.builder(e).incoming(null).build()))
        .ifPresent(listings::add);
  }

  private static Optional<HostInstance> needed(String uuid, Migration move) {
    var source = move.source();
    var needs = source == null ? null : source.needs();
    return Optional.ofNullable(needs)
        .map(
            n ->
                HostInstanceBuilder.builder()
                    .name(n.domainName())
                    .uuid(uuid)
                    .state(
                        Boolean.TRUE.equals(n.paused()) ? DomainState.Paused : DomainState.Running)
                    .vcpus(n.vcpus())
                    .memoryMiB(n.memoryMiB())
                    .hugepages(n.hugepages())
                    .addresses(List.of())
                    .build());
  }
}
