package dev.ferryman.operator.decide.admission;

import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.Inventory;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** vCPUs and memory that instances on their way to a host will need there. */
public record Claim(int vcpus, long memoryMiB) {
  static final Claim NONE = new Claim(0, 0);

  /** From here on a move is going to take its room. */
  static final Set<Phase> TAKING_ROOM = Set.of(Phase.Preparing, Phase.Migrating, Phase.Settling);

  /** What an instance needs on a host; its disks are shared and need nothing. */
  static Claim of(HostInstance entry) {
    var vcpus = entry.vcpus();
    var memory = entry.memoryMiB();
    return new Claim(vcpus == null ? 0 : vcpus, memory == null ? 0 : memory);
  }

  /** What an instance needs, by its source's word. */
  static Claim of(Needs needs) {
    return new Claim(needs.vcpus(), needs.memoryMiB());
  }

  Claim plus(Claim other) {
    return new Claim(vcpus + other.vcpus, memoryMiB + other.memoryMiB);
  }

  /**
   * What the moves under way to that host have claimed, and those that have ended there after it
   * read its list; what it lists itself it counts itself.
   */
  static Claim on(Host host, List<Migration> moves, Inventory inventory) {
    return arrived(host, moves, inventory).plus(coming(host, moves, inventory));
  }

  /**
   * The same, of those moves under way that have begun to take their room, but not of that one: who
   * is still checked may be refused, and the first to pass goes first.
   */
  static Claim before(Migration migration, Host host, List<Migration> moves, Inventory inventory) {
    var ahead =
        moves.stream()
            .filter(move -> !move.uid().equals(migration.uid()))
            .filter(move -> TAKING_ROOM.contains(move.phase()))
            .toList();
    return arrived(host, moves, inventory).plus(coming(host, ahead, inventory));
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
