package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.Attempt;
import dev.ferryman.crds.livemigration.FailedAttempt;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.PhaseTime;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.admission.Checks;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the operator's part of a status: always all of it, since server-side apply removes what it
 * leaves out, and never the agents' halves.
 */
final class StatusFactory {
  private final Clock clock;

  StatusFactory(Clock clock) {
    this.clock = clock;
  }

  /** The operator's part as it stands. */
  static LiveMigrationStatus operatorsPart(Migration migration) {
    return part(migration).build();
  }

  LiveMigrationStatus report(Migration migration, Outcome.Report report) {
    var builder = part(migration);
    enter(builder, migration, migration.phase());
    return builder
        .conditions(
            underWay(
                    migration,
                    migration.phase(),
                    report.reason().name(),
                    report.message(),
                    report.doing(),
                    report.asks())
                .list())
        .build();
  }

  LiveMigrationStatus begin(Migration migration, Outcome.Begin begin) {
    var admitted = begin.admitted();
    var builder = part(migration);
    enter(builder, migration, Phase.Checking);
    var message =
        "both agents check the move from "
            + admitted.sourceHost()
            + " to "
            + admitted.destinationHost();
    var before = migration.status().attempt();
    return builder
        .attempt(Attempt.of(migration.uid(), before == null ? 1 : before.number() + 1, timestamp()))
        .switchover(null)
        .instanceUID(admitted.instanceUID())
        .sourceHost(admitted.sourceHost())
        .destinationHost(admitted.destinationHost())
        .checks(Checks.bounded(admitted.checks()))
        .conditions(
            underWay(migration, Phase.Checking, Phase.Checking.name(), message, message, null)
                .list())
        .build();
  }

  LiveMigrationStatus enter(Migration migration, Outcome.Enter step) {
    var builder = part(migration);
    enter(builder, migration, step.phase());
    if (step.checks() != null) {
      builder.checks(Checks.bounded(step.checks()));
    }
    return builder
        .conditions(
            underWay(
                    migration,
                    step.phase(),
                    step.reason().name(),
                    step.message(),
                    step.message(),
                    null)
                .list())
        .build();
  }

  LiveMigrationStatus launch(Migration migration, Outcome.Launch launch) {
    var enter =
        new Outcome.Enter(Phase.Migrating, Reason.Migrating, launch.message(), launch.checks());
    return LiveMigrationStatusBuilder.builder(enter(migration, enter))
        .switchover(launch.switchover())
        .build();
  }

  LiveMigrationStatus order(Migration migration, Outcome.Order order) {
    var builder = part(migration).settlement(order.settlement());
    enter(builder, migration, Phase.Settling);
    return builder
        .conditions(
            underWay(
                    migration,
                    Phase.Settling,
                    Phase.Settling.name(),
                    order.message(),
                    order.message(),
                    null)
                .list())
        .build();
  }

  /** Hosts and attempt stay until the next one begins: the API server holds them fixed. */
  LiveMigrationStatus again(Migration migration, Outcome.Again again) {
    var failed = new ArrayList<>(migration.status().failedAttempts());
    failed.add(again.failed());
    var message = anotherHost(again.failed());
    return part(migration)
        .phase(Phase.Pending)
        .phaseTimes(List.of(new PhaseTime(Phase.Pending, timestamp())))
        .failedAttempts(failed)
        .settlement(null)
        .checks(List.of())
        .result(null)
        .conditions(
            underWay(migration, Phase.Pending, Phase.Pending.name(), message, message, null).list())
        .build();
  }

  static String anotherHost(FailedAttempt failed) {
    return "attempt "
        + failed.number()
        + " on "
        + failed.destinationHost()
        + " has failed, another host is looked for: "
        + failed.message();
  }

  LiveMigrationStatus finish(Migration migration, Outcome.Finish finish) {
    var builder = part(migration);
    enter(builder, migration, finish.phase());
    if (finish.instanceUID() != null) {
      builder.instanceUID(finish.instanceUID());
    }
    if (finish.checks() != null) {
      builder.checks(Checks.bounded(finish.checks()));
    }
    if (finish.result() != null) {
      builder.result(finish.result());
    }
    boolean succeeded = finish.phase() == Phase.Succeeded;
    var reason = finish.reason().name();
    var conditions =
        conditions(migration)
            .set(
                Conditions.SUCCEEDED,
                succeeded ? Conditions.TRUE : Conditions.FALSE,
                reason,
                finish.message())
            .set(Conditions.RECONCILING, Conditions.FALSE, reason, "it is over")
            .set(
                Conditions.STALLED,
                succeeded ? Conditions.FALSE : Conditions.TRUE,
                reason,
                finish.message());
    if (succeeded && migration.hasStarted() && migration.isCancelRequested()) {
      refuseCancel(conditions, "the cancel came too late: the guest had switched over");
    } else if (finish.reason() == Reason.Cancelled
        && migration.condition(Conditions.CANCEL_REFUSED).isPresent()) {
      conditions.set(
          Conditions.CANCEL_REFUSED,
          Conditions.FALSE,
          reason,
          "libvirt had not gone over to post-copy yet");
    }
    return builder.conditions(conditions.list()).build();
  }

  private static Conditions refuseCancel(Conditions conditions, String message) {
    return conditions.set(
        Conditions.CANCEL_REFUSED, Conditions.TRUE, Conditions.CANCEL_REFUSED, message);
  }

  private Conditions underWay(
      Migration migration,
      Phase phase,
      String reason,
      String message,
      String doing,
      @Nullable String asks) {
    var conditions = conditions(migration);
    if (migration.isCancelRequested() && migration.hasGoneOverToPostCopy()) {
      refuseCancel(
          conditions,
          "in post-copy each host has a part of the guest: the migration goes on to its end");
    }
    return conditions
        .set(Conditions.SUCCEEDED, Conditions.UNKNOWN, reason, message)
        .set(Conditions.RECONCILING, Conditions.TRUE, phase.name(), doing)
        .set(
            Conditions.STALLED,
            asks == null ? Conditions.FALSE : Conditions.TRUE,
            reason,
            asks == null ? "nobody has to act" : asks);
  }

  private Conditions conditions(Migration migration) {
    return new Conditions(migration.status().conditions(), migration.generation(), clock.instant());
  }

  /** A destination that was named is shown from the first word on; it may be refused. */
  private static LiveMigrationStatusBuilder part(Migration migration) {
    var named = migration.spec().destination();
    return LiveMigrationStatusBuilder.builder(migration.status())
        .destinationHost(named == null ? migration.status().destinationHost() : named)
        .source(null)
        .destination(null)
        .observedGeneration(migration.generation());
  }

  private void enter(LiveMigrationStatusBuilder builder, Migration migration, Phase phase) {
    builder.phase(phase);
    if (migration.began(phase).isEmpty()) {
      var times = new ArrayList<>(migration.status().phaseTimes());
      times.add(new PhaseTime(phase, timestamp()));
      builder.phaseTimes(times);
    }
  }

  private String timestamp() {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    return now.toString();
  }
}
