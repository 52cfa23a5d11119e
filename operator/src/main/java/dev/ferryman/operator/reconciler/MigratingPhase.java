package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.admission.Preflight;

/** Follows libvirt's call, which the source's agent makes, watches and may abort by itself. */
final class MigratingPhase implements PhaseHandler {
  private final Settler settler;

  MigratingPhase(Settler settler) {
    this.settler = settler;
  }

  @Override
  public Outcome handle(Migration migration, Observation seen) {
    var source = migration.source();
    boolean ready = source != null && source.state() == SourceState.Checked;
    if (ready && !migration.hasStarted()) {
      return notStartedYet(migration, seen);
    }
    boolean answers = seen.host(migration.status().sourceHost()).map(Host::answers).orElse(false);
    if (migration.hasStarted() && !migration.hasEnded() && answers) {
      settler.forget(migration);
      return underWay(migration);
    }
    return settler.settle(migration, seen);
  }

  private static Outcome underWay(Migration migration) {
    var source = migration.source();
    var message =
        "moves from "
            + migration.status().sourceHost()
            + " to "
            + migration.status().destinationHost()
            + (source != null && Boolean.TRUE.equals(source.pausedToFinish())
                ? "; the guest is paused until the rest of it is copied"
                : "")
            + (migration.hasGoneOverToPostCopy() ? postCopy(migration) : "");
    boolean shown =
        migration
            .condition("Succeeded")
            .map(
                c ->
                    Reason.Migrating.name().equals(c.getReason()) && message.equals(c.getMessage()))
            .orElse(false);
    return shown
        ? Outcome.Await.NEWS
        : new Outcome.Report(Reason.Migrating, message, message, null, null);
  }

  private static String postCopy(Migration migration) {
    return "; the guest goes on there while the rest of its memory is fetched (post-copy)"
        + (migration.isCancelRequested() ? ", which cannot be cancelled" : "");
  }

  /** Leaving the phase forbids the start for good (a rule of the API server), so it is safe. */
  private static Outcome notStartedYet(Migration migration, Observation seen) {
    var name = migration.status().sourceHost();
    var liveness = seen.host(name).map(Host::liveness).orElse(Liveness.Dead);
    if (liveness == Liveness.Dead) {
      return give(migration, Reason.SourceNotAlive, name + " does not renew its Lease");
    }
    var until =
        CheckingPhase.asked(migration, Phase.Migrating, seen).plus(Preflight.ANSWER_TIMEOUT);
    if (seen.now().isBefore(until) || liveness == Liveness.Unknown) {
      return new Outcome.Await(seen.now().isBefore(until) ? until : null);
    }
    return give(
        migration,
        Reason.SourceNoAnswer,
        name + "'s agent has not started for " + Preflight.ANSWER_TIMEOUT.toSeconds() + " s");
  }

  private static Outcome give(Migration migration, Reason reason, String message) {
    return migration.isCancelRequested()
        ? new Outcome.Enter(
            Phase.Settling, Reason.Cancelled, "cancelled before anything moved", null)
        : new Outcome.Enter(Phase.Settling, reason, message, null);
  }
}
