package dev.ferryman.operator.decide.inventory;

import dev.ferryman.operator.decide.Migration;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Instances that more than one host lists as running, and since when each of these hosts has, by
 * the operator's own monotonic clock. Two lists are never read at the same moment, so that two of
 * them name one guest proves nothing by itself: the guest may have moved between the two readings.
 * It is proved when both have gone on saying so for longer than a list can be out of date.
 *
 * @param since by libvirt UUID and host, in nanoseconds
 */
public record DoubleClaims(Map<String, SortedMap<String, Long>> since) {
  /** Where nothing has been seen yet. */
  public static final DoubleClaims NONE = new DoubleClaims(Map.of());

  /**
   * A living agent whose libvirt answers looks at its host every 10 s, and 2 s after an event of a
   * migration, and publishes a changed list at once; 1 s is for the way here.
   */
  static final Duration PROVED_AFTER = Duration.ofSeconds(13);

  /** How often to look while a claim is not proved: a gap in what is heard must be noticed. */
  private static final Duration MEANWHILE = Duration.ofSeconds(2);

  /**
   * What is claimed twice now. A host whose agent or libvirt is silent claims nothing, nor does
   * anyone while the instance moves: until that has ended both hosts may list it. (The source of a
   * move that was proved is not among the inventory's listings before it has published anew.)
   */
  public DoubleClaims seen(Inventory inventory, List<Migration> moves, long nanoTime) {
    var moving =
        moves.stream()
            .filter(Migration::isUnderWay)
            .flatMap(m -> Optional.ofNullable(m.status().instanceUID()).stream())
            .collect(Collectors.toSet());
    var claims = new HashMap<String, SortedMap<String, Long>>();
    for (var listing : inventory.listings()) {
      var uuid = listing.entry().uuid();
      if (listing.entry().state().runs() && listing.host().answers() && !moving.contains(uuid)) {
        claims
            .computeIfAbsent(uuid, u -> new TreeMap<>())
            .put(listing.host().name(), before(uuid, listing.host().name()).orElse(nanoTime));
      }
    }
    claims.values().removeIf(hosts -> hosts.size() < 2);
    return new DoubleClaims(Map.copyOf(claims));
  }

  /** The hosts that run an instance beyond doubt, two or more, by its libvirt UUID. */
  public Map<String, Set<String>> proved(long nanoTime) {
    var proved = new HashMap<String, Set<String>>();
    since.forEach(
        (uuid, hosts) -> {
          var lasting = new TreeSet<String>();
          hosts.forEach(
              (host, from) -> {
                if (left(from, nanoTime).isZero()) {
                  lasting.add(host);
                }
              });
          if (lasting.size() > 1) {
            proved.put(uuid, lasting);
          }
        });
    return Map.copyOf(proved);
  }

  /** After how long to look again though nothing happens; empty if all is proved. */
  public Optional<Duration> next(long nanoTime) {
    return since.values().stream()
        .flatMap(hosts -> hosts.values().stream())
        .map(from -> left(from, nanoTime))
        .filter(left -> !left.isZero())
        .min(Comparator.naturalOrder())
        .map(left -> left.compareTo(MEANWHILE) < 0 ? left : MEANWHILE);
  }

  private Optional<Long> before(String uuid, String host) {
    return Optional.ofNullable(since.get(uuid)).map(hosts -> hosts.get(host));
  }

  private static Duration left(long from, long nanoTime) {
    var left = PROVED_AFTER.minusNanos(nanoTime - from);
    return left.isNegative() ? Duration.ZERO : left;
  }
}
