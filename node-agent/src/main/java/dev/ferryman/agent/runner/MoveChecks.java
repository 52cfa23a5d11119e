package dev.ferryman.agent.runner;

import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.agent.libvirt.MoveFacts;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import dev.ferryman.crds.livemigration.StoragePoolNeed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the source says of an instance's devices before it moves. */
final class MoveChecks {
  /** A guest with more is told of the rest by a number. */
  private static final int NAMED = 8;

  private static final String IO_ERROR = "I/O error";

  private MoveChecks() {}

  static Needs add(Needs needs, MoveFacts facts) {
    return NeedsBuilder.builder(needs)
        .cpu(facts.cpu())
        .networks(bounded(facts.networks()))
        .nwfilters(bounded(facts.nwfilters()))
        .secrets(bounded(facts.secrets()))
        .storagePools(
            bounded(facts.storagePools()).stream()
                .map(name -> new StoragePoolNeed(Bounds.cut(name, Bounds.NAME)))
                .toList())
        .listenAddresses(bounded(facts.listens()))
        .logPaths(
            bounded(facts.logPaths()).stream().map(path -> Bounds.cut(path, Bounds.PATH)).toList())
        .hostFiles(bounded(facts.hostFiles()))
        .build();
  }

  /** A check for each thing for which libvirt refuses the move, or one that there is none. */
  static List<Check> judge(String host, DomainFacts domain, MoveFacts facts) {
    var obstacles = new ArrayList<>(facts.obstacles());
    if (domain.state() == DomainState.Paused && domain.reason().equals(IO_ERROR)) {
      obstacles.add(0, "it is paused by an I/O error of a disk");
    }
    needTooMany(facts).ifPresent(obstacles::add);
    if (obstacles.isEmpty()) {
      return List.of(
          Check.pass(CheckName.Migratable, host, "no device, snapshot or block job is in the way"));
    }
    var more = obstacles.size() - NAMED;
    var told = new ArrayList<>(obstacles.subList(0, Math.min(NAMED, obstacles.size())));
    if (more > 0) {
      told.add("and " + more + " more");
    }
    return told.stream()
        .map(obstacle -> Check.fail(CheckName.Migratable, Reason.NotMigratable, host, obstacle))
        .toList();
  }

  /** What is not told to the destination is not looked for there. */
  private static Optional<String> needTooMany(MoveFacts facts) {
    return Stream.of(
            facts.networks(),
            facts.nwfilters(),
            facts.secrets(),
            facts.storagePools(),
            facts.listens(),
            facts.logPaths(),
            facts.hostFiles())
        .filter(list -> list.size() > Bounds.NEEDED_OBJECTS)
        .findFirst()
        .map(
            list ->
                "it needs "
                    + list.size()
                    + " networks, filters, secrets, storage pools, addresses, logs or files; at most "
                    + Bounds.NEEDED_OBJECTS
                    + " of a kind can be checked");
  }

  private static <T> List<T> bounded(List<T> needs) {
    return List.copyOf(needs.subList(0, Math.min(Bounds.NEEDED_OBJECTS, needs.size())));
  }
}
