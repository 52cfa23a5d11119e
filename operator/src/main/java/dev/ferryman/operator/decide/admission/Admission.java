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
    var lookup = lookup(question);
    if (lookup instanceof InstanceLookup.Undecided undecided) {
      return new Waiting(undecided.reason(), undecided.message());
    }
    if (lookup instanceof InstanceLookup.NotFound missing) {
      var checks = new ArrayList<Check>();
      checks.add(Check.fail(CheckName.Instance, missing.reason(), null, missing.message()));
      named(question).ifPresent(name -> checks.add(destination(question, name)));
      return refuse(checks);
    }
    return judge(question, (InstanceLookup.Found) lookup);
  }

  /** Once an attempt was made it is that instance, whatever else the user's text names by now. */
  private static InstanceLookup lookup(Question question) {
    var uuid = question.migration().status().instanceUID();
    return InstanceLookup.find(
        uuid == null ? question.migration().spec().instance() : uuid,
        question.inventory(),
        question.instanceNames());
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
    var before = migration.status().sourceHost();
    if (before != null && !before.equals(source.name())) {
      var message = found.at().entry().name() + " has left " + before + " for " + source.name();
      return refuse(
          List.of(Check.fail(CheckName.SourceHost, Reason.InstanceMoved, source.name(), message)));
    }
    if (source.liveness() == Liveness.Unknown) {
      return unheard(source);
    }
    var name = named(question);
    return name.isPresent()
        ? toNamed(question, found, source, name.get())
        : toChosen(question, found, source);
  }

  private static Admission toNamed(
      Question question, InstanceLookup.Found found, Host source, String name) {
    var inventory = question.inventory();
    var destination = inventory.host(name);
    if (destination.isPresent() && destination.get().liveness() == Liveness.Unknown) {
      return unheard(destination.get());
    }
    if (source.name().equals(name)
        && source.liveness() == Liveness.Alive
        && inventory.listings(found.uuid()).size() == 1) {
      return alreadyThere(found, source);
    }
    var checks = atSource(found, source);
    if (destination.isEmpty()) {
      checks.add(destination(question, name));
      return refuse(checks);
    }
    var fit = Fit.of(question, found.at(), destination.get());
    checks.addAll(fit.checks());
    if (Checks.firstFailed(checks).isPresent()) {
      return refuse(checks);
    }
    if (Fit.hasNoSlot(source, question)) {
      return new Waiting(Reason.NoFreeSlot, Fit.noSlot(source, question));
    }
    if (fit instanceof Fit.Waits waits) {
      return new Waiting(waits.reason(), waits.message());
    }
    return new Admitted(found.uuid(), source.name(), name, List.copyOf(checks));
  }

  /** The instance's own host is no candidate, so there is nothing that it could be already. */
  private static Admission toChosen(Question question, InstanceLookup.Found found, Host source) {
    var checks = atSource(found, source);
    var placement = Placement.choose(question, found.at());
    if (placement instanceof Placement.Nowhere nowhere) {
      checks.addAll(nowhere.checks());
      return new Refused(
          Checks.firstFailed(checks).flatMap(Checks::reasonOf).orElse(Reason.NoDestinationFits),
          // One line a host is in the checks.
          Checks.obstacles(checks.subList(0, checks.size() - nowhere.checks().size() + 1)),
          List.copyOf(checks));
    }
    if (Checks.firstFailed(checks).isPresent()) {
      return refuse(checks);
    }
    if (placement instanceof Placement.Later later) {
      return new Waiting(later.reason(), later.message());
    }
    if (Fit.hasNoSlot(source, question)) {
      return new Waiting(Reason.NoFreeSlot, Fit.noSlot(source, question));
    }
    var chosen = (Placement.Chosen) placement;
    checks.addAll(chosen.checks());
    return new Admitted(found.uuid(), source.name(), chosen.host().name(), List.copyOf(checks));
  }

  private static List<Check> atSource(InstanceLookup.Found found, Host source) {
    var checks = new ArrayList<Check>();
    checks.add(running(found.at()));
    checks.add(HostRules.source(source));
    return checks;
  }

  private static Waiting unheard(Host host) {
    return new Waiting(Reason.HostLivenessUnknown, "nothing was heard yet from " + host.name());
  }

  private static Admission alreadyThere(InstanceLookup.Found found, Host host) {
    return host.isTruncated()
        ? new Waiting(
            Reason.InventoryTruncated,
            "the list of " + host.name() + " is cut short: cannot tell whether all is there")
        : new AlreadyThere(
            found.uuid(), found.at().entry().name() + " is on " + host.name() + " already");
  }

  private static Optional<String> named(Question question) {
    return Optional.ofNullable(question.migration().spec().destination());
  }

  private static Check destination(Question question, String name) {
    return HostRules.destination(name, question.inventory().host(name));
  }

  private static Check running(Listing at) {
    var state = at.entry().state();
    var message = at.entry().name() + " on " + at.host().name() + " is " + state;
    return state == DomainState.Running
            || state == DomainState.Blocked
            || state == DomainState.Paused
        ? Check.pass(CheckName.Instance, at.host().name(), message)
        : Check.fail(CheckName.Instance, Reason.InstanceNotRunning, at.host().name(), message);
  }

  private static Refused refuse(List<Check> checks) {
    var first = Checks.firstFailed(checks).flatMap(Checks::reasonOf);
    return new Refused(
        first.orElse(Reason.MigrationFailed), Checks.obstacles(checks), List.copyOf(checks));
  }
}
