package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.admission.Checks;
import dev.ferryman.operator.decide.admission.Preflight;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Waits until the destination has made what the instance needs before it comes. Whatever ends it
 * goes by way of Settling, where both agents take away what they have put down.
 */
final class PreparingPhase implements PhaseHandler {

  @Override
  public Outcome handle(Migration migration, Observation seen) {
    if (migration.hasStarted()) {
      // The API server was put back to before libvirt's call: it ends by what came of that call.
      return CheckingPhase.launch(migration, migration.status().checks());
    }
    if (migration.isCancelRequested()) {
      return end(Reason.Cancelled, "cancelled before anything moved", null);
    }
    var source = migration.source();
    var destination = migration.destination();
    if (destination != null && destination.state() == DestinationState.Refused) {
      return refused(migration, destination.checks(), migration.status().destinationHost());
    }
    if (source == null || source.state() != SourceState.Checked) {
      return refused(
          migration, source == null ? List.of() : source.checks(), migration.status().sourceHost());
    }
    return whileBothAgree(
        migration, seen, destination != null && destination.state() == DestinationState.Prepared);
  }

  private static Outcome whileBothAgree(Migration migration, Observation seen, boolean prepared) {
    var status = migration.status();
    var source = liveness(seen, status.sourceHost());
    var destination = liveness(seen, status.destinationHost());
    var silent = " does not renew its Lease";
    if (source == Liveness.Dead) {
      return end(Reason.SourceNotAlive, status.sourceHost() + silent, null);
    }
    if (destination == Liveness.Dead) {
      return end(Reason.DestinationNotAlive, status.destinationHost() + silent, null);
    }
    if (source == Liveness.Unknown || destination == Liveness.Unknown) {
      return Outcome.Await.NEWS;
    }
    if (prepared) {
      return CheckingPhase.launch(migration, status.checks());
    }
    var until =
        CheckingPhase.asked(migration, Phase.Preparing, seen).plus(Preflight.ANSWER_TIMEOUT);
    return seen.now().isBefore(until)
        ? new Outcome.Await(until)
        : end(
            Reason.DestinationNoAnswer,
            status.destinationHost()
                + "'s agent has not made what the instance needs for "
                + Preflight.ANSWER_TIMEOUT.toSeconds()
                + " s",
            null);
  }

  private static Outcome refused(Migration migration, List<Check> told, @Nullable String host) {
    var failed = Checks.firstFailed(told);
    if (failed.isEmpty()) {
      return end(Reason.MigrationFailed, host + " has withdrawn", null);
    }
    var checks = new ArrayList<>(migration.status().checks());
    checks.add(failed.get());
    return end(
        Checks.reasonOf(failed.get()).orElse(Reason.MigrationFailed),
        Checks.obstacles(List.of(failed.get())),
        List.copyOf(checks));
  }

  private static Outcome end(Reason reason, String message, @Nullable List<Check> checks) {
    return new Outcome.Enter(Phase.Settling, reason, message, checks);
  }

  /** A host whose HostResource is gone is as good as dead. */
  private static Liveness liveness(Observation seen, @Nullable String host) {
    return seen.host(host).map(Host::liveness).orElse(Liveness.Dead);
  }
}
