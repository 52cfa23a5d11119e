package dev.ferryman.operator.reconciler;

import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.Inventory;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The world at one moment, as far as a move has to know it.
 *
 * @param instanceNames libvirt UUID by name of Instance object
 * @param hearingSince since when the operator has been able to hear agents without a gap
 */
public record Observation(
    List<Host> hosts,
    List<Migration> moves,
    Map<String, String> instanceNames,
    Instant hearingSince,
    Instant now) {

  static Observation of(Cluster cluster, Heartbeats heartbeats, Instant now) {
    return new Observation(
        hosts(cluster, heartbeats),
        cluster.migrations(),
        cluster.instances().stream()
            .filter(i -> i.status().uuid() != null)
            .collect(
                Collectors.toMap(
                    i -> i.name(), i -> String.valueOf(i.status().uuid()), (a, b) -> a)),
        heartbeats.hearingSince(),
        now);
  }

  static List<Host> hosts(Cluster cluster, Heartbeats heartbeats) {
    return cluster.hosts().stream()
        .map(h -> Host.of(h, heartbeats.of(h.getMetadata().getName())))
        .toList();
  }

  Inventory inventory() {
    return Inventory.of(hosts, moves, now);
  }

  Optional<Host> host(@Nullable String name) {
    return hosts.stream().filter(h -> h.name().equals(name)).findFirst();
  }
}
