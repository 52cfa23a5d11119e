package dev.ferryman.operator.decide.admission;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.Inventory;
import dev.ferryman.operator.decide.inventory.Listing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The answer to an order that has not begun. */
public sealed interface Admission {

  /** It may begin: both hosts take a slot, the destination's room is claimed. */
  record Admitted(String instanceUID, String sourceHost, String destinationHost, List<Check> checks)
      implements Admission {}

  /** There is nothing to do, and nothing is touched. */
  record AlreadyThere(String instanceUID, String message) implements Admission {}

  /** It can never begin as ordered. */
  record Refused(Reason reason, String message, List<Check> checks) implements Admission {}

  /** It may be able to begin later, without anybody changing the order. */
  record Waiting(Reason reason, String message) implements Admission {}

  /**
   * What an order is judged by.
   *
   * @param moves all LiveMigrations, including those that were admitted a moment ago
   * @param instanceNames libvirt UUID by name of Instance object
   * @param slots how many moves a host may take part in at once
   */
  record Question(
      Migration migration,
      Inventory inventory,
      List<Migration> moves,
      Map<String, String> instanceNames,
      int slots) {}

  /** Judges the order. */
  static Admission judge(Question question) {
    var text = question.migration().spec().instance();
    var lookup = InstanceLookup.find(text, question.inventory(), question.instanceNames());
    if (lookup instanceof InstanceLookup.Undecided undecided) {
      return new Waiting(undecided.reason(), undecided.message());
    }
    if (lookup instanceof InstanceLookup.NotFound missing) {
      return refuse(
          List.of(
              Checks.fail(CheckName.Instance, missing.reason(), null, missing.message()),
              destination(question)));
    }
    return judge(question, (InstanceLookup.Found) lookup);
  }

  private static Admission judge(Question question, InstanceLookup.Found found) {
    var migration = question.migration();
    var inventory = question.inventory();
    var earlier =
        Turn.before(migration, found.uuid(), question.moves(), inventory, question.instanceNames());
    if (earlier.isPresent()) {
      return new Waiting(
          Reason.InstanceBusy, "waits for LiveMigration " + earlier.get().name() + " to end");
    }
    var source = found.at().host();
    var destination = inventory.host(migration.spec().destination());
    var unknown =
        Stream.concat(Stream.of(source), destination.stream())
            .filter(h -> h.liveness() == Liveness.Unknown)
            .findFirst();
    if (unknown.isPresent()) {
      return new Waiting(
          Reason.HostLivenessUnknown, "nothing was heard yet from " + unknown.get().name());
    }
    if (source.name().equals(migration.spec().destination())
        && source.liveness() == Liveness.Alive
        && inventory.listings(found.uuid()).size() == 1) {
      return alreadyThere(found, source);
    }
    return judge(question, found, source, destination);
  }

  private static Admission alreadyThere(InstanceLookup.Found found, Host host) {
    return host.isTruncated()
        ? new Waiting(
            Reason.InventoryTruncated,
            "the list of " + host.name() + " is cut short: cannot tell whether all is there")
        : new AlreadyThere(
            found.uuid(), found.at().entry().name() + " is on " + host.name() + " already");
  }

  private static Admission judge(
      Question question, InstanceLookup.Found found, Host source, Optional<Host> destination) {
    var checks = new ArrayList<Check>();
    checks.add(running(found.at()));
    checks.add(HostRules.source(source));
    checks.add(destination(question));
    if (destination.isEmpty()) {
      return refuse(checks);
    }
    var target = destination.get();
    var need = Claim.of(found.at().entry());
    var claimed = Claim.on(target.name(), question.moves(), question.inventory());
    checks.addAll(HostRules.pair(source, target));
    var held = Capacity.heldByClaims(target, need, claimed);
    // A wait for claims ends by itself; until then the room is judged without them.
    checks.addAll(Capacity.checks(target, need, held.isPresent() ? Claim.NONE : claimed));
    if (Checks.firstFailed(checks).isPresent()) {
      return refuse(checks);
    }
    if (held.isPresent()) {
      return new Waiting(
          Reason.CapacityClaimed, "waits for moves to " + target.name() + ": " + message(held));
    }
    return Stream.of(source, target)
        .filter(h -> !question.migration().spec().onlyChecks())
        .filter(h -> taken(h, question.moves()) >= question.slots())
        .findFirst()
        .<Admission>map(
            h ->
                new Waiting(
                    Reason.NoFreeSlot,
                    h.name() + " takes part in " + question.slots() + " moves already"))
        .orElseGet(
            () -> new Admitted(found.uuid(), source.name(), target.name(), List.copyOf(checks)));
  }

  private static Check destination(Question question) {
    var name = question.migration().spec().destination();
    return HostRules.destination(name, question.inventory().host(name));
  }

  private static Check running(Listing at) {
    var state = at.entry().state();
    var message = at.entry().name() + " on " + at.host().name() + " is " + state;
    return state == DomainState.Running
            || state == DomainState.Blocked
            || state == DomainState.Paused
        ? Checks.pass(CheckName.Instance, at.host().name(), message)
        : Checks.fail(CheckName.Instance, Reason.InstanceNotRunning, at.host().name(), message);
  }

  private static long taken(Host host, List<Migration> moves) {
    return moves.stream().filter(Migration::isMoving).filter(m -> m.concerns(host.name())).count();
  }

  private static String message(Optional<Check> check) {
    return check.map(Check::message).orElse("");
  }

  private static Refused refuse(List<Check> checks) {
    var first = Checks.firstFailed(checks).flatMap(Checks::reasonOf);
    return new Refused(
        first.orElse(Reason.MigrationFailed), Checks.obstacles(checks), List.copyOf(checks));
  }
}
