package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.admission.Checks;
import dev.ferryman.operator.reconciler.MigrationWriter.StaleException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Takes a LiveMigration through its phases: observes, lets the phase's handler decide, records
 * that, and goes on with what is recorded. All it needs to know is in the API server, so that
 * another process can go on at any point.
 */
public final class MigrationReconciler {
  private static final Duration SOON = Duration.ofMillis(100);
  private static final int MOST_STEPS = 8;

  private final Cluster cluster;
  private final Heartbeats heartbeats;
  private final MigrationWriter writer;
  private final TransitionListener listener;
  private final Clock clock;
  private final StatusFactory statuses;
  private final Settler settler = new Settler();
  private final Map<Phase, PhaseHandler> handlers = new EnumMap<>(Phase.class);

  /** Held from a decision to let a move begin until it is recorded: no room is given twice. */
  private final ReentrantLock admission = new ReentrantLock();

  /** Reconciles with at most that many moves in and out of a host at once. */
  public MigrationReconciler(
      Cluster cluster,
      Heartbeats heartbeats,
      MigrationWriter writer,
      TransitionListener listener,
      Clock clock,
      int slotsPerHost) {
    this.cluster = cluster;
    this.heartbeats = heartbeats;
    this.writer = writer;
    this.listener = listener;
    this.clock = clock;
    this.statuses = new StatusFactory(clock);
    var settling = new SettlingPhase(settler);
    var terminal = new TerminalPhase();
    handlers.put(Phase.Pending, new PendingPhase(slotsPerHost));
    handlers.put(Phase.Checking, new CheckingPhase());
    handlers.put(Phase.Preparing, new PreparingPhase());
    handlers.put(Phase.Migrating, new MigratingPhase(settler));
    handlers.put(Phase.Settling, settling);
    handlers.put(Phase.Succeeded, terminal);
    handlers.put(Phase.Failed, terminal);
    handlers.put(Phase.Cancelled, terminal);
  }

  /**
   * Does what can be done now.
   *
   * @return after how long to look again if nothing happens before; empty for never
   */
  public Optional<Duration> reconcile(Migration seen) {
    var migration = seen;
    try {
      for (int step = 0; step < MOST_STEPS; step++) {
        var result = step(migration);
        if (result.next() == null) {
          return result.again();
        }
        migration = result.next();
      }
      return Optional.of(SOON);
    } catch (StaleException e) {
      return Optional.of(SOON);
    }
  }

  /** A recorded step to go on from, or when to come back. */
  private record Step(@Nullable Migration next, Optional<Duration> again) {}

  private Step step(Migration migration) throws StaleException {
    // Room is promised to a move that begins, and given to one whose checks have passed.
    var givesRoom = migration.phase() == Phase.Pending || migration.phase() == Phase.Checking;
    if (!givesRoom) {
      return decideAndAct(held(migration));
    }
    admission.lock();
    try {
      return decideAndAct(migration.phase() == Phase.Pending ? migration : held(migration));
    } finally {
      admission.unlock();
    }
  }

  /** Without labels and finalizer, which others can take off, agents would not see it any more. */
  private Migration held(Migration migration) throws StaleException {
    var source = migration.status().sourceHost();
    var destination = migration.status().destinationHost();
    return !migration.isUnderWay()
            || source == null
            || destination == null
            || migration.isHeldFor(source, destination)
        ? migration
        : writer.hold(migration, source, destination);
  }

  private Step decideAndAct(Migration migration) throws StaleException {
    var seen = Observation.of(cluster, heartbeats, clock.instant());
    var handler = handlers.get(migration.phase());
    if (handler == null) {
      throw new IllegalStateException("no handler for phase " + migration.phase());
    }
    return act(migration, handler.handle(migration, seen), seen);
  }

  private Step act(Migration migration, Outcome outcome, Observation seen) throws StaleException {
    if (outcome instanceof Outcome.Await await) {
      return new Step(null, again(await.until(), seen));
    }
    if (outcome instanceof Outcome.Report report) {
      record(migration, statuses.report(migration, report), report.reason(), report.message());
      return new Step(null, again(report.until(), seen));
    }
    if (outcome instanceof Outcome.Begin begin) {
      var admitted = begin.admitted();
      var held = writer.hold(migration, admitted.sourceHost(), admitted.destinationHost());
      return next(
          record(
              held,
              statuses.begin(held, begin),
              Reason.Checking,
              "from " + admitted.sourceHost() + " to " + admitted.destinationHost()));
    }
    if (outcome instanceof Outcome.Enter enter) {
      return next(
          record(migration, statuses.enter(migration, enter), enter.reason(), enter.message()));
    }
    if (outcome instanceof Outcome.Launch launch) {
      return next(
          record(
              migration, statuses.launch(migration, launch), Reason.Migrating, launch.message()));
    }
    if (outcome instanceof Outcome.Order order) {
      return next(
          record(migration, statuses.order(migration, order), Reason.Settling, order.message()));
    }
    if (outcome instanceof Outcome.Finish finish) {
      settler.forget(migration);
      return next(
          record(migration, statuses.finish(migration, finish), finish.reason(), finish.message()));
    }
    if (outcome instanceof Outcome.Again again) {
      settler.forget(migration);
      return next(
          record(
              migration,
              statuses.again(migration, again),
              Checks.reasonOf(again.failed().reason()).orElse(Reason.MigrationFailed),
              StatusFactory.anotherHost(again.failed())));
    }
    if (outcome instanceof Outcome.Delete) {
      writer.delete(migration);
    } else {
      writer.release(migration);
    }
    return new Step(null, Optional.empty());
  }

  private static Step next(Migration migration) {
    return new Step(migration, Optional.empty());
  }

  private static Optional<Duration> again(@Nullable Instant until, Observation seen) {
    return until == null
        ? Optional.empty()
        : Optional.of(Duration.between(seen.now(), until).plusMillis(1));
  }

  private Migration record(
      Migration migration, LiveMigrationStatus status, Reason reason, String message)
      throws StaleException {
    if (status.equals(StatusFactory.operatorsPart(migration))
        && migration.status().phase() != null) {
      return migration;
    }
    var written = writer.status(migration, status);
    boolean phaseChanged =
        migration.status().phase() == null || migration.phase() != written.phase();
    if (phaseChanged || !said(migration).equals(said(written))) {
      listener.changed(
          new TransitionListener.Transition(migration, written, phaseChanged, reason, message));
    }
    return written;
  }

  /** What a user reads of it. */
  private static String said(Migration migration) {
    return migration
        .condition(Conditions.SUCCEEDED)
        .map(c -> c.getReason() + " " + c.getMessage())
        .orElse("");
  }
}
