package dev.ferryman.operator.decide.admission;

import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.livemigration.HugePages;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.Inventory;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * vCPUs and memory that instances on their way to a host will need there.
 *
 * @param memoryMiB what is not made of huge pages
 * @param hugepages number of huge pages by their size in KiB
 */
public record Claim(int vcpus, long memoryMiB, SortedMap<Long, Long> hugepages) {
  static final Claim NONE = of(0, 0, List.of());

  /** From here on a move is going to take its room. */
  static final Set<Phase> TAKING_ROOM = Set.of(Phase.Preparing, Phase.Migrating, Phase.Settling);

  /** What an instance needs on a host; its disks are shared and need nothing. */
  static Claim of(HostInstance entry) {
    var vcpus = entry.vcpus();
    var memory = entry.memoryMiB();
    return of(vcpus == null ? 0 : vcpus, memory == null ? 0 : memory, entry.hugepages());
  }

  /** What an instance needs, by its source's word. */
  static Claim of(Needs needs) {
    return of(needs.vcpus(), needs.memoryMiB(), needs.hugepages());
  }

  private static Claim of(int vcpus, long memoryMiB, List<HugePages> hugepages) {
    var pages = new TreeMap<Long, Long>();
    hugepages.forEach(of -> pages.merge(of.sizeKiB(), of.pages(), Long::sum));
    return new Claim(vcpus, HugePages.ordinaryMiB(memoryMiB, hugepages), pages);
  }

  Claim plus(Claim other) {
    var pages = new TreeMap<>(hugepages);
    other.hugepages.forEach((size, count) -> pages.merge(size, count, Long::sum));
    return new Claim(vcpus + other.vcpus, memoryMiB + other.memoryMiB, pages);
  }

  /** Huge pages of that size. */
  long pages(long sizeKiB) {
    return hugepages.getOrDefault(sizeKiB, 0L);
  }

  /**
   * What the moves under way to that host have claimed, and those that have ended there after it
   * read its list; what it lists itself it counts itself.
   */
  static Claim on(Host host, List<Migration> moves, Inventory inventory) {
    return arrived(host, moves, inventory).plus(coming(host, moves, inventory));
  }

  /**
   * The same, but of the moves under way only those that have begun to take their room: one that is
   * still checked may be refused, and the first to pass goes first.
   */
  static Claim ofThoseThatPassed(Host host, List<Migration> moves, Inventory inventory) {
    var passed = moves.stream().filter(move -> TAKING_ROOM.contains(move.phase())).toList();
    return arrived(host, moves, inventory).plus(coming(host, passed, inventory));
  }

  private static Claim coming(Host host, List<Migration> moves, Inventory inventory) {
    return onTheirWayTo(host, moves).map(m -> of(m, inventory)).reduce(NONE, Claim::plus);
  }

  private static Claim arrived(Host host, List<Migration> moves, Inventory inventory) {
    return inventory.listings().stream()
        .filter(l -> l.host().name().equals(host.name()))
        .filter(l -> host.instance(l.entry().uuid()).isEmpty())
        .filter(l -> moves.stream().noneMatch(m -> isUnderWay(m, l.entry())))
        .map(l -> of(l.entry()))
        .reduce(NONE, Claim::plus);
  }

  private static boolean isUnderWay(Migration move, HostInstance entry) {
    return move.isUnderWay() && entry.uuid().equals(move.status().instanceUID());
  }

  /** The moves under way to that host whose instance it does not list itself. */
  static Stream<Migration> onTheirWayTo(Host host, List<Migration> moves) {
    return moves.stream()
        .filter(Migration::isMoving)
        .filter(m -> host.name().equals(m.status().destinationHost()))
        .filter(m -> !isListed(m, host));
  }

  private static boolean isListed(Migration move, Host host) {
    var uuid = move.status().instanceUID();
    return uuid != null && host.instance(uuid).isPresent();
  }

  private static Claim of(Migration move, Inventory inventory) {
    var source = move.source();
    var needs = source == null ? null : source.needs();
    if (needs != null) {
      return of(needs);
    }
    var uuid = move.status().instanceUID();
    return inventory.listings().stream()
        .filter(l -> l.entry().uuid().equals(uuid))
        .filter(l -> l.host().name().equals(move.status().sourceHost()))
        .findFirst()
        .map(l -> of(l.entry()))
        .orElse(NONE);
  }
}
