package dev.ferryman.operator.decide.admission;

import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.Inventory;
import java.util.List;
import java.util.stream.Stream;

/** vCPUs and memory that instances on their way to a host will need there. */
public record Claim(int vcpus, long memoryMiB) {
  static final Claim NONE = new Claim(0, 0);

  /** What an instance needs on a host; its disks are shared and need nothing. */
  static Claim of(HostInstance entry) {
    var vcpus = entry.vcpus();
    var memory = entry.memoryMiB();
    return new Claim(vcpus == null ? 0 : vcpus, memory == null ? 0 : memory);
  }

  Claim plus(Claim other) {
    return new Claim(vcpus + other.vcpus, memoryMiB + other.memoryMiB);
  }

  /** What the moves under way to that host have claimed; what it lists itself it counts itself. */
  static Claim on(Host host, List<Migration> moves, Inventory inventory) {
    return onTheirWayTo(host, moves).map(m -> of(m, inventory)).reduce(NONE, Claim::plus);
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
      return new Claim(needs.vcpus(), needs.memoryMiB());
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
