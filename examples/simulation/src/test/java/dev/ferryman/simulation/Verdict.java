package dev.ferryman.simulation;

import dev.ferryman.agent.libvirt.FakeDomain;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Started;
import io.fabric8.kubernetes.api.model.Condition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Holds what was told of a move against what is on the hosts, once all is mended. */
final class Verdict {
  private static final Duration LONG = Duration.ofMinutes(4);
  private static final Set<String> ENDED = Set.of("GuestStopped", "GuestCrashed");

  private static final String LOST = "GuestLost";

  private final Simulation simulation;
  private final GuestKind kind;
  private final List<String> wrong = new ArrayList<>();

  private Verdict(Simulation simulation, GuestKind kind) {
    this.simulation = simulation;
    this.kind = kind;
  }

  /** How the move ended, or for what it waits, and all that is wrong with that. */
  record Told(String reason, boolean waits, List<String> wrong) {}

  static Told on(Simulation simulation, GuestKind kind) {
    return new Verdict(simulation, kind).judge();
  }

  private Told judge() {
    simulation.runUntil(() -> simulation.isOver(Simulation.MOVE) && simulation.isQuiet(), LONG);
    wrong.addAll(simulation.violations());
    var move = simulation.api.seen(Simulation.MOVE);
    var succeeded = condition(move, "Succeeded");
    var reason = succeeded == null ? "nothing" : succeeded.getReason();
    var waits = !simulation.isOver(Simulation.MOVE);
    if (waits) {
      waiting(move, reason);
    } else {
      over(move, reason);
      if (wrong.isEmpty()) {
        next();
      }
    }
    if (!wrong.isEmpty()) {
      wrong.add(
          "told: "
              + reason
              + ": "
              + (succeeded == null ? "" : succeeded.getMessage())
              + "; there is "
              + copies()
              + "; "
              + move.getStatus());
    }
    return new Told(reason, waits, List.copyOf(wrong));
  }

  private static Condition condition(LiveMigration move, String type) {
    return move.getStatus() == null
        ? null
        : move.getStatus().conditions().stream()
            .filter(c -> c.getType().equals(type))
            .findFirst()
            .orElse(null);
  }

  private void waiting(LiveMigration move, String reason) {
    var stalled = condition(move, "Stalled");
    if (stalled == null || !stalled.getStatus().equals("True")) {
      wrong.add("waits, and nobody is told");
    }
    var doubled = simulation.world.runningCopies(simulation.uuid) > 1;
    if (doubled != reason.equals("SplitBrain")) {
      wrong.add("waits for " + reason + " where " + copies());
    }
    if (!Set.of("SplitBrain", "OutcomeUnknown").contains(reason)) {
      wrong.add("waits for " + reason + ", though all is mended");
    }
  }

  private void over(LiveMigration move, String reason) {
    if (!simulation.isQuiet()) {
      wrong.add("a journal is open");
    }
    var guests =
        simulation.hosts().stream()
            .filter(h -> simulation.hypervisor(h).stateOf(simulation.uuid).isActive())
            .toList();
    if (guests.size() > 1) {
      wrong.add("two copies are left");
    }
    if (guests.isEmpty() && !simulation.guestMayHaveEnded()) {
      wrong.add("the guest is nowhere");
    }
    if (guests.isEmpty() && move.getStatus().phase() == Phase.Succeeded && !isLater()) {
      wrong.add("Succeeded, and there is no guest");
    }
    if (reason.equals("Migrated") && guests.contains(Simulation.SOURCE)) {
      wrong.add("Migrated, and the guest is at its source");
    }
    if (reason.equals("MigrationFailed") && guests.contains(Simulation.DESTINATION)) {
      wrong.add("MigrationFailed, and the guest is at its destination");
    }
    if (reason.equals(LOST)) {
      lost(guests);
      return;
    }
    if (ENDED.contains(reason) && !guests.isEmpty()) {
      wrong.add(reason + ", and the guest is there");
    }
    if (!guests.isEmpty() && !stands(guests.get(0))) {
      wrong.add("the guest is not as it was before");
    }
    leftovers(guests, reason);
  }

  /** What is left of it at the destination is a person's to end. */
  private void lost(List<String> guests) {
    if (!simulation.guestMayHaveEnded()) {
      wrong.add("GuestLost, and neither half of it has ended");
    }
    if (guests.contains(Simulation.SOURCE)) {
      wrong.add("GuestLost, and a half is left at the source");
    }
    leftovers(guests, LOST);
    for (var host : simulation.hosts()) {
      var domain = simulation.hypervisor(host).find(simulation.uuid);
      if (guests.contains(host)) {
        simulation.hypervisor(host).destroy(simulation.uuid);
      }
      if (domain.isPresent() && domain.get().persistent()) {
        domain.get().start();
      }
    }
  }

  /** Whether the guest can have ended after the move was over. */
  private boolean isLater() {
    return simulation.guestMayHaveEnded();
  }

  private boolean stands(String host) {
    var state = simulation.hypervisor(host).stateOf(simulation.uuid);
    return kind.paused() ? state == DomainState.Paused : state == DomainState.Running;
  }

  private void leftovers(List<String> guests, String reason) {
    var definitions = 0;
    for (var host : simulation.hosts()) {
      var domain = simulation.hypervisor(host).find(simulation.uuid);
      if (domain.isEmpty()) {
        continue;
      }
      if (!guests.isEmpty() && !guests.contains(host)) {
        wrong.add("a definition is left on " + host);
      }
      definitions++;
      if (guests.contains(host) && domain.get().persistent() != kind.persistent()) {
        wrong.add("the guest is " + (kind.persistent() ? "no longer" : "now") + " persistent");
      }
      // That it was to start with its host went with the forgotten half of an attempt.
      if (guests.contains(host)
          && domain.get().autostart() != kind.persistent()
          && !reason.equals("AlreadyRan")) {
        wrong.add("autostart is lost on " + host);
      }
    }
    if (definitions > 1) {
      wrong.add("two definitions are left");
    }
    if (guests.isEmpty() && kind.persistent() && definitions == 0) {
      wrong.add("no definition is left");
    }
    disks(guests);
    try (var files = Files.list(simulation.shared)) {
      files.forEach(file -> wrong.add("left: " + file.getFileName()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The guest has its disk, and no image is left where it never was; one that ran, or of which
   * nobody can tell, is kept.
   */
  private void disks(List<String> guests) {
    if (!kind.local()) {
      return;
    }
    for (var host : simulation.hosts()) {
      var isThere = Files.exists(simulation.localDisk(host));
      var mayBe =
          simulation.ranOn(host)
              || status().phase() == Phase.Succeeded
              || isTold(host)
              || simulation.hypervisor(host).find(simulation.uuid).isPresent();
      if (isThere && !mayBe && !host.equals(Simulation.SOURCE)) {
        wrong.add("an image is left on " + host);
      }
      if (!isThere && (guests.contains(host) || simulation.ranOn(host))) {
        wrong.add("the guest's disk on " + host + " is gone");
      }
    }
    links();
  }

  private LiveMigrationStatus status() {
    return simulation.api.seen(Simulation.MOVE).getStatus();
  }

  /** Whether a person is told of an image there. */
  private boolean isTold(String host) {
    var status = status();
    if (simulation.api.move(Simulation.MOVE).isEmpty() && !kind.persistent()) {
      // Its host's event tells it: what was proved of such a guest went with the object.
      return host.equals(Simulation.DESTINATION);
    }
    return host.equals(Simulation.DESTINATION)
        && status.destination() != null
        && status.destination().started() == Started.Unknown
        && !status.destination().prepared().isEmpty();
  }

  private void links() {
    for (var host : simulation.hosts()) {
      try (var files = Files.list(simulation.localOn(host))) {
        files
            .filter(file -> file.getFileName().toString().startsWith("."))
            .forEach(file -> wrong.add("left on " + host + ": " + file.getFileName()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** As a person has to, before the guest comes back. */
  private void removeOldDisk(String host) {
    try {
      Files.deleteIfExists(simulation.localDisk(host));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next move of the same guest succeeds. */
  private void next() {
    var from =
        simulation.hosts().stream()
            .filter(h -> simulation.hypervisor(h).stateOf(simulation.uuid).isActive())
            .findFirst();
    if (from.isEmpty()) {
      return;
    }
    var to = from.get().equals(Simulation.SOURCE) ? Simulation.DESTINATION : Simulation.SOURCE;
    simulation.libvirt.losesReply = false;
    // The hosts' lists and Leases follow what has been mended.
    simulation.runFor(Duration.ofSeconds(70));
    removeOldDisk(to);
    simulation.order("next", to);
    simulation.runUntil(() -> simulation.isOver("next") && simulation.isQuiet(), LONG);
    var end = condition(simulation.api.seen("next"), "Succeeded");
    if (end == null || !end.getReason().equals("Migrated")) {
      wrong.add(
          "the next move: "
              + (end == null ? "nothing" : end.getReason() + ": " + end.getMessage()));
    } else if (!simulation.isQuiet()) {
      wrong.add("a journal is open after the next move");
    }
    links();
    wrong.addAll(simulation.violations());
  }

  private Map<String, String> copies() {
    var copies = new java.util.TreeMap<String, String>();
    for (var host : simulation.hosts()) {
      copies.put(
          host, simulation.hypervisor(host).find(simulation.uuid).map(FakeDomain::state) + "");
    }
    return copies;
  }
}
