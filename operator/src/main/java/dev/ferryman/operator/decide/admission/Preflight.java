package dev.ferryman.operator.decide.admission;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Weighs both agents' answers before libvirt is asked to move anything. */
public sealed interface Preflight {
  /** How long an agent whose host counts as alive may take to answer. */
  Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

  /** Both agents and the operator agree: go. */
  record Accepted(List<Check> checks) implements Preflight {}

  /** There is an obstacle, and nothing that has to be cleaned up first. */
  record Refused(Reason reason, String message, List<Check> checks) implements Preflight {}

  /** It ends without both answers: what the agents have put down has to be cleaned up first. */
  record Broken(Reason reason, String message, List<Check> checks) implements Preflight {}

  /** An answer is missing; look again at {@code until} if nothing happens before. */
  record Incomplete(@Nullable Instant until) implements Preflight {}

  /**
   * What the answers are judged by.
   *
   * @param asked when the agents were asked, and the operator could hear them
   */
  record Question(
      Migration migration,
      Optional<Host> source,
      Optional<Host> destination,
      Instant asked,
      Instant now) {}

  /** Judges the answers. */
  static Preflight judge(Question question) {
    var migration = question.migration();
    var source = migration.source();
    var checks = all(migration);
    if (migration.isCancelRequested()) {
      return new Broken(Reason.Cancelled, "cancelled before anything moved", checks);
    }
    if (answered(source) && destinationAnswered(question)) {
      return bothAnswered(question, checks);
    }
    if (isHopeless(migration)) {
      return refused(migration, checks);
    }
    return missing(question, checks);
  }

  /**
   * Whether the source has refused before it said what the guest needs: the destination has nothing
   * to judge then, and puts nothing down.
   */
  private static boolean isHopeless(Migration migration) {
    var source = migration.source();
    return source != null
        && (source.state() == SourceState.Refused || source.state() == SourceState.CleanedUp)
        && source.needs() == null
        && migration.destination() == null;
  }

  private static Refused refused(Migration migration, List<Check> checks) {
    var failed = Checks.firstFailed(checks);
    return failed.isPresent()
        ? new Refused(
            Checks.reasonOf(failed.get()).orElse(Reason.MigrationFailed),
            Checks.obstacles(checks),
            checks)
        : new Refused(
            Reason.MigrationFailed, migration.status().sourceHost() + " has withdrawn", checks);
  }

  private static Preflight bothAnswered(Question question, List<Check> checks) {
    var migration = question.migration();
    var source = migration.source();
    var destination = migration.destination();
    if (source == null
        || source.state() != SourceState.Checked
        || Checks.firstFailed(checks).isPresent()) {
      return refused(migration, checks);
    }
    if (destination == null || destination.state() != DestinationState.Checked) {
      return new Refused(
          Reason.MigrationFailed, migration.status().destinationHost() + " has withdrawn", checks);
    }
    var dead = deadHost(question, checks);
    if (dead.isPresent()) {
      return dead.get();
    }
    if (liveness(question.source()) == Liveness.Unknown
        || liveness(question.destination()) == Liveness.Unknown) {
      return new Incomplete(null);
    }
    return hostsStillFit(question, checks);
  }

  private static Preflight hostsStillFit(Question question, List<Check> checks) {
    if (!question.source().map(Host::isReady).orElse(false)) {
      return broken(question, Reason.SourceNotReady, true, " is no longer Ready", checks);
    }
    if (!question.destination().map(Host::isReady).orElse(false)) {
      return broken(question, Reason.DestinationNotReady, false, " is no longer Ready", checks);
    }
    var source = question.migration().source();
    var needs = source == null ? null : source.needs();
    if (needs != null) {
      var type = HostRules.types(needs.type(), question.destination().orElseThrow());
      if (type.outcome() == CheckOutcome.Fail) {
        var replaced = new ArrayList<>(checks);
        replaced.removeIf(c -> c.name().equals(CheckName.Hypervisor.name()));
        replaced.add(type);
        return new Refused(
            Reason.HypervisorMismatch, Checks.obstacles(replaced), List.copyOf(replaced));
      }
    }
    return new Accepted(checks);
  }

  private static Preflight missing(Question question, List<Check> checks) {
    var migration = question.migration();
    var failed = Checks.firstFailed(checks);
    var dead = deadHost(question, checks);
    if (dead.isPresent()) {
      return dead.get();
    }
    var until = question.asked().plus(ANSWER_TIMEOUT);
    if (question.now().isBefore(until)) {
      return new Incomplete(until);
    }
    if (failed.isPresent()) {
      return new Broken(
          Checks.reasonOf(failed.get()).orElse(Reason.MigrationFailed),
          Checks.obstacles(checks),
          checks);
    }
    // The source answers after the destination: with its first word in, the other is to blame.
    boolean sourceIsSilent = migration.source() == null || destinationAnswered(question);
    var silent = sourceIsSilent ? question.source() : question.destination();
    if (liveness(silent) != Liveness.Alive) {
      return new Incomplete(null);
    }
    var reason = sourceIsSilent ? Reason.SourceNoAnswer : Reason.DestinationNoAnswer;
    return broken(
        question,
        reason,
        sourceIsSilent,
        "'s agent has not answered for " + ANSWER_TIMEOUT.toSeconds() + " s",
        checks);
  }

  private static Optional<Preflight> deadHost(Question question, List<Check> checks) {
    var what = " does not renew its Lease";
    if (liveness(question.source()) == Liveness.Dead) {
      return Optional.of(broken(question, Reason.SourceNotAlive, true, what, checks));
    }
    if (liveness(question.destination()) == Liveness.Dead) {
      return Optional.of(broken(question, Reason.DestinationNotAlive, false, what, checks));
    }
    return Optional.empty();
  }

  private static Broken broken(
      Question question, Reason reason, boolean source, String what, List<Check> checks) {
    var status = question.migration().status();
    return new Broken(
        reason, (source ? status.sourceHost() : status.destinationHost()) + what, checks);
  }

  /** A host whose HostResource is gone is as good as dead. */
  private static Liveness liveness(Optional<Host> host) {
    return host.map(Host::liveness).orElse(Liveness.Dead);
  }

  private static boolean answered(@Nullable SourceReport report) {
    return report != null && report.state() != SourceState.Checking;
  }

  private static boolean answered(@Nullable DestinationReport report) {
    return report != null && report.state() != DestinationState.Checking;
  }

  /** Its answer stands on figures of its host that come by another watch, perhaps later. */
  private static boolean destinationAnswered(Question question) {
    var report = question.migration().destination();
    return report != null
        && answered(report)
        && (report.state() != DestinationState.Checked
            || question
                .destination()
                .map(host -> host.isAsNewAs(report.hostSequence()))
                .orElse(true));
  }

  /** The operator's checks, from the way in, and both agents'. */
  private static List<Check> all(Migration migration) {
    var checks = new ArrayList<>(migration.status().checks());
    var source = migration.source();
    var destination = migration.destination();
    if (source != null) {
      checks.addAll(source.checks());
    }
    if (destination != null) {
      checks.addAll(destination.checks());
    }
    return List.copyOf(checks);
  }
}
