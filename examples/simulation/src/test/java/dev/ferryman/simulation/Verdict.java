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
    resumeAsAskedFor();
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

  /**
   * A copy that stands still, and whose attempt the API server has forgotten, goes on by a person's
   * hand where its source cannot tell that it is gone; the person is told.
   */
  private void resumeAsAskedFor() {
    if (!simulation.isOver(Simulation.MOVE) || kind.paused()) {
      return;
    }
    var active =
        simulation.hosts().stream()
            .filter(h -> simulation.hypervisor(h).stateOf(simulation.uuid).isActive())
            .toList();
    if (active.size() == 1
        && isForgotten(active.get(0))
        && simulation.hypervisor(active.get(0)).stateOf(simulation.uuid) == DomainState.Paused
        && simulation.agent(active.get(0)).hasToldOfOrphan()) {
      simulation.hypervisor(active.get(0)).resume(simulation.uuid);
      simulation.runUntil(simulation::isQuiet, LONG);
    }
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
    if (reason.equals("Migrated")
        && !guests.isEmpty()
        && !guests.contains(simulation.destination())) {
      wrong.add("Migrated, and the guest is not at its destination");
    }
    if (reason.equals("MigrationFailed")
        && !guests.isEmpty()
        && !guests.contains(Simulation.SOURCE)) {
      wrong.add("MigrationFailed, and the guest is not at its source");
    }
    attempts(move);
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

  /** What is told of the hosts that were tried in vain. */
  private void attempts(LiveMigration move) {
    var status = move.getStatus();
    var failed = status.failedAttempts();
    for (var i = 0; i < failed.size(); i++) {
      var attempt = failed.get(i);
      var host = attempt.destinationHost();
      var tried = simulation.tried().get(move.getMetadata().getUid() + "/" + (i + 1));
      if (attempt.number() != i + 1 || !host.equals(tried)) {
        wrong.add("told of another attempt than was made: " + attempt);
      }
      if (failed.stream().filter(other -> other.destinationHost().equals(host)).count() > 1) {
        wrong.add(host + " was tried again");
      }
      if (simulation.ranOn(host)) {
        wrong.add("another host was tried though the guest has run on " + host);
      }
    }
    var number = status.attempt() == null ? 0 : status.attempt().number();
    if (number > move.getSpec().attempts()
        || (number != failed.size() && number != failed.size() + 1)) {
      wrong.add("attempt " + number + " after " + failed.size() + " that have failed");
    }
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
        if (isTurnedOver(host, domain.get())) {
          simulation.hypervisor(host).undefine(simulation.uuid);
          continue;
        }
        wrong.add("a definition is left on " + host);
      }
      definitions++;
      if (guests.contains(host) && domain.get().persistent() != kind.persistent()) {
        wrong.add("the guest is " + (kind.persistent() ? "no longer" : "now") + " persistent");
      }
      if (guests.contains(host)
          && domain.get().autostart() != kind.persistent()
          && !isForgotten(host)) {
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
    filters(guests);
    try (var files = Files.list(simulation.disks.shared())) {
      files.forEach(file -> wrong.add("left: " + file.getFileName()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A fenced host that comes back when the order has been deleted has nobody to tell it that the
   * guest went on elsewhere: a person is told, and the definition does not start by itself.
   */
  private boolean isTurnedOver(String host, FakeDomain definition) {
    return simulation.api.move(Simulation.MOVE).isEmpty()
        && simulation.harm.wasFenced(host)
        && simulation.agent(host).hasToldOfOrphan()
        && !definition.autostart();
  }

  /** Whether the API server has forgotten the attempt that has brought the guest there. */
  private boolean isForgotten(String host) {
    return !host.equals(Simulation.SOURCE) && !host.equals(simulation.destination());
  }

  /** The guest has its filters, and none are left where it never was. */
  private void filters(List<String> guests) {
    if (!kind.filtered()) {
      return;
    }
    for (var host : simulation.hosts()) {
      if (guests.contains(host) || host.equals(Simulation.SOURCE)) {
        if (!simulation.filters.areWhole(host)) {
          wrong.add("the guest's filters on " + host + " are gone");
        }
      } else if (!simulation.filters.areAsBefore(host) && !mayHaveLeft(host)) {
        wrong.add("filters are left on " + host);
      }
    }
  }

  /** Whether what was made there for the guest may be needed, or a person is told of it. */
  private boolean mayHaveLeft(String host) {
    return simulation.ranOn(host)
        || (status().phase() == Phase.Succeeded && host.equals(simulation.destination()))
        || isTold(host)
        || simulation.hypervisor(host).find(simulation.uuid).isPresent();
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
      var isThere = Files.exists(simulation.disks.localDisk(host));
      if (isThere && !mayHaveLeft(host) && !host.equals(Simulation.SOURCE)) {
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
      return host.equals(status.destinationHost());
    }
    return host.equals(status.destinationHost())
        && status.destination() != null
        && status.destination().started() == Started.Unknown
        && !status.destination().prepared().isEmpty();
  }

  private void links() {
    for (var host : simulation.hosts()) {
      try (var files = Files.list(simulation.disks.localOn(host))) {
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
      Files.deleteIfExists(simulation.disks.localDisk(host));
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
    var hosts = simulation.hosts();
    var to = from.get().equals(Simulation.SOURCE) ? hosts.get(hosts.size() - 1) : Simulation.SOURCE;
    simulation.libvirt.losesReply = false;
    // The hosts' lists and Leases follow what has been mended.
    simulation.runFor(Duration.ofSeconds(70));
    removeOldDisk(to);
    simulation.orderNext("next", to);
    simulation.runUntil(() -> simulation.isOver("next") && simulation.isQuiet(), LONG);
    var end = condition(simulation.api.seen("next"), "Succeeded");
    if (end == null || !end.getReason().equals("Migrated")) {
      wrong.add(
          "the next move: "
              + (end == null ? "nothing" : end.getReason() + ": " + end.getMessage()));
    } else if (!simulation.isQuiet()) {
      wrong.add("a journal is open after the next move");
    } else {
      filters(List.of(from.get(), to));
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
