package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.DiskCopy;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.admission.Preflight;
import dev.ferryman.operator.decide.admission.Room;
import dev.ferryman.operator.decide.admission.SwitchoverChoice;
import dev.ferryman.operator.decide.settle.AnotherAttempt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Waits for both agents' checks, then lets libvirt begin or refuses the move. */
final class CheckingPhase implements PhaseHandler {

  @Override
  public Outcome handle(Migration migration, Observation seen) {
    if (migration.hasStarted()) {
      // The API server was put back to before libvirt's call: it ends by what came of that call.
      return launch(migration, migration.status().checks());
    }
    var verdict =
        Preflight.judge(
            new Preflight.Question(
                migration,
                seen.host(migration.status().sourceHost()),
                seen.host(migration.status().destinationHost()),
                asked(migration, Phase.Checking, seen),
                seen.now()));
    if (verdict instanceof Preflight.Accepted accepted) {
      verdict = withRoom(migration, seen, accepted);
    }
    if (verdict instanceof Preflight.Incomplete incomplete) {
      return new Outcome.Await(incomplete.until());
    }
    if (verdict instanceof Preflight.Accepted accepted && migration.spec().onlyChecks()) {
      // By way of Settling: both agents take away what they put down for the check.
      return new Outcome.Enter(
          Phase.Settling, Reason.CheckPassed, passed(migration), accepted.checks());
    }
    var destination = migration.destination();
    if (verdict instanceof Preflight.Accepted accepted
        && destination != null
        && destination.hasToPrepare()) {
      return new Outcome.Enter(
          Phase.Preparing, Reason.Preparing, preparing(migration, destination), accepted.checks());
    }
    if (verdict instanceof Preflight.Accepted accepted) {
      return launch(migration, accepted.checks());
    }
    if (verdict instanceof Preflight.Refused refused) {
      return refused(migration, refused);
    }
    var broken = (Preflight.Broken) verdict;
    return new Outcome.Enter(Phase.Settling, broken.reason(), broken.message(), broken.checks());
  }

  /** The host's figures are those that it has published while it checked. */
  private static Preflight withRoom(
      Migration migration, Observation seen, Preflight.Accepted accepted) {
    return seen.host(migration.status().destinationHost())
        .map(host -> Room.judge(accepted, migration, host, seen.moves(), seen.inventory()))
        .orElse(accepted);
  }

  private static String preparing(Migration migration, DestinationReport destination) {
    var disks = destination.copies().stream().map(DiskCopy::target).toList();
    var made = new ArrayList<String>();
    if (!disks.isEmpty()) {
      made.add("makes images for disks " + String.join(", ", disks));
    }
    if (!destination.filters().isEmpty()) {
      made.add("installs network filters " + String.join(", ", destination.filters()));
    }
    return migration.status().destinationHost() + " " + String.join(" and ", made);
  }

  static Outcome launch(Migration migration, List<Check> checks) {
    return new Outcome.Launch(
        SwitchoverChoice.of(migration.spec().switchoverOrAuto(), migration.destination()),
        "moves from "
            + migration.status().sourceHost()
            + " to "
            + migration.status().destinationHost(),
        checks);
  }

  private static String passed(Migration migration) {
    return migration.spec().instance()
        + " can move from "
        + migration.status().sourceHost()
        + " to "
        + migration.status().destinationHost()
        + "; nothing was moved";
  }

  /**
   * A source that was ready may still have its markers down: it is told to clean up first. Another
   * attempt begins from there, too.
   */
  private static Outcome refused(Migration migration, Preflight.Refused refused) {
    var source = migration.source();
    boolean anotherHost =
        AnotherAttempt.mayFollow(migration)
            && AnotherAttempt.liesElsewhere(migration, refused.checks(), refused.reason());
    return anotherHost || (source != null && source.state() == SourceState.Checked)
        ? new Outcome.Enter(Phase.Settling, refused.reason(), refused.message(), refused.checks())
        : Outcome.Finish.failed(refused.reason(), refused.message(), refused.checks());
  }

  /** From when an answer could be expected: the phase had begun and this operator could hear. */
  static Instant asked(Migration migration, Phase phase, Observation seen) {
    return migration
        .began(phase)
        .filter(t -> t.isAfter(seen.hearingSince()))
        .orElse(seen.hearingSince());
  }
}
