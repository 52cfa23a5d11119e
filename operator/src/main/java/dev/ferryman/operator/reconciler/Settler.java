package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.FailedAttempt;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Settlement;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.settle.AnotherAttempt;
import dev.ferryman.operator.decide.settle.Cleanliness;
import dev.ferryman.operator.decide.settle.Evidence;
import dev.ferryman.operator.decide.settle.Row;
import dev.ferryman.operator.decide.settle.SettlingTable;
import dev.ferryman.operator.decide.settle.SourceEvidence;
import dev.ferryman.operator.decide.settle.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns the verdict on a move's evidence into what is written next. */
final class Settler {
  /** So long after the end was seen a report may be on its way, and a wait is not worth a word. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /** The schema's bound of a settlement's steps. */
  private static final int LAST_STEP = 1000;

  /** So long the rest of a guest may come unattended before a person is asked to look at it. */
  static final Duration UNATTENDED = Duration.ofMinutes(10);

  /** What libvirt may be about to make needless by itself. */
  private static final Set<Row> UNHURRIED =
      EnumSet.of(Row.PostCopyDone, Row.LookForRest, Row.InPostCopy);

  /** So long a host that answers may take to do what is awaited of it, before a person is asked. */
  static final Duration OVERDUE = Duration.ofMinutes(2);

  /** The end that the source has told of last; after each the destination looks again. */
  private final Lasting ends = new Lasting();

  /** An unhurried row, with nothing else since it has come up. */
  private final Lasting unhurried = new Lasting();

  /** What hosts still have to do. */
  private final Lasting awaited = new Lasting();

  /** Weighs the evidence of a move that has ended, or whose source is silent. */
  Outcome settle(Migration migration, Observation seen) {
    var first = firstAsked(migration, seen);
    var patience = first.plus(PATIENCE);
    boolean patient = seen.now().isBefore(patience);
    var source = seen.host(migration.status().sourceHost());
    var destination = seen.host(migration.status().destinationHost());
    var evidence = Evidence.of(migration, source, destination, patient);
    if (evidence.isEmpty()) {
      return new Outcome.Await(patient ? patience : null);
    }
    var verdict = SettlingTable.judge(evidence.get());
    if (!UNHURRIED.contains(verdict.row())) {
      unhurried.forget(attempt(migration));
    }
    if (evidence.get().source() instanceof SourceEvidence.Fenced
        && !(verdict instanceof Verdict.Waits)) {
      var fence = fence(migration, seen.now());
      if (fence.isPresent()) {
        return fence.get();
      }
    }
    if (verdict instanceof Verdict.GoesOn goesOn) {
      // What comes after it is new.
      forget(migration);
      return goesOn(migration, goesOn, evidence.get(), seen.now());
    }
    if (verdict instanceof Verdict.Ordered order) {
      var due = due(migration, order.row(), seen.now());
      return seen.now().isBefore(due)
          ? new Outcome.Await(due)
          : order(migration, order, source, destination, patient ? null : evidence.get(), seen);
    }
    if (verdict instanceof Verdict.Waits waits) {
      return patient
          ? new Outcome.Await(patience)
          : tell(
              migration,
              waits.reason(),
              SettlingMessages.waiting(migration, waits, evidence.get()),
              waits.row());
    }
    return conclude(migration, verdict, source, destination, patient ? patience : null, seen);
  }

  /** When that row may be acted on. */
  private Instant due(Migration migration, Row row, Instant now) {
    return UNHURRIED.contains(row) ? since(migration, row, now).plus(PATIENCE) : now;
  }

  private Instant since(Migration migration, Row row, Instant now) {
    return unhurried.since(attempt(migration), row, now);
  }

  /** Whether anything still comes is not told: a destination that hangs says nothing new. */
  private Outcome goesOn(
      Migration migration, Verdict.GoesOn goesOn, Evidence evidence, Instant now) {
    var row = goesOn.row();
    var message = SettlingMessages.goingOn(migration, goesOn);
    var patience = since(migration, row, now).plus(UNATTENDED);
    return now.isBefore(patience)
        ? report(migration, Reason.Settling, message, row.sentence(), null, patience)
        : tell(
            migration,
            Reason.OutcomeUnknown,
            message + " " + WaysOut.of(migration, row, evidence),
            row);
  }

  private Instant firstAsked(Migration migration, Observation seen) {
    if (!ends.knows(attempt(migration))) {
      var there = seen.moves().stream().map(Settler::attempt).collect(Collectors.toSet());
      List.of(ends, unhurried, awaited).forEach(lasting -> lasting.keepOnly(there));
    }
    var source = migration.source();
    return ends.since(attempt(migration), source == null ? null : source.endSequence(), seen.now());
  }

  /** Attempts whose end has been seen and is not settled; those of vanished objects drop out. */
  Set<String> unsettled() {
    return ends.attempts();
  }

  /** Forgets when the end was seen: it was none, or it is over. */
  void forget(Migration migration) {
    ends.forget(attempt(migration));
  }

  private static String attempt(Migration migration) {
    return String.valueOf(migration.attemptUID());
  }

  /**
   * @param overdue the evidence, if the order should have been carried out by now
   */
  private Outcome order(
      Migration migration,
      Verdict.Ordered order,
      Optional<Host> source,
      Optional<Host> destination,
      @Nullable Evidence overdue,
      Observation seen) {
    var settlement = migration.status().settlement();
    if (settlement == null
        || !settlement.verdict().equals(order.row().name())
        || settlement.source() != order.source()
        || settlement.destination() != order.destination()) {
      var fenced = settlement == null ? null : settlement.sourceFencedBootID();
      return next(migration, order.row(), order.source(), order.destination(), fenced);
    }
    var outstanding = outstanding(migration, settlement, source, destination);
    if (outstanding.isEmpty()) {
      if (order.row() == Row.PostCopyBroken && settlement.step() < LAST_STEP) {
        // It went on, and has broken again.
        return next(
            migration,
            order.row(),
            order.source(),
            order.destination(),
            settlement.sourceFencedBootID());
      }
      return tell(
          migration,
          Reason.OutcomeUnknown,
          "the agents report step " + settlement.step() + " done, but " + order.row().sentence(),
          order.row());
    }
    var message = SettlingMessages.ordered(migration, settlement, order.row());
    return overdue != null && (order.row() == Row.PostCopyBroken || order.row() == Row.LostLeftover)
        ? tell(
            migration,
            Reason.OutcomeUnknown,
            message + ". " + WaysOut.of(migration, order.row(), overdue),
            order.row())
        : awaited(migration, Reason.Settling, message, message, outstanding, seen.now());
  }

  private static Outcome next(
      Migration migration,
      Row row,
      SourceOrder source,
      DestinationOrder destination,
      @Nullable String fencedBootID) {
    var last = migration.status().settlement();
    int step = last == null ? 1 : last.step() + 1;
    var settlement =
        new Settlement(attempt(migration), step, row.name(), source, destination, fencedBootID);
    return new Outcome.Order(settlement, SettlingMessages.ordered(migration, settlement, row));
  }

  /** What hosts that answer still have to carry out. */
  private static List<String> outstanding(
      Migration migration,
      Settlement settlement,
      Optional<Host> source,
      Optional<Host> destination) {
    var outstanding = new ArrayList<String>();
    var from = migration.source();
    var to = migration.destination();
    if (settlement.source() != SourceOrder.None
        && source.map(Host::answers).orElse(false)
        && !isDone(settlement, from == null ? null : from.done())) {
      outstanding.add(settlement.source() + " on " + migration.status().sourceHost());
    }
    if (asksDestination(settlement)
        && destination.map(Host::answers).orElse(false)
        && !isDone(settlement, to == null ? null : to.done())) {
      outstanding.add(
          (settlement.destination() == DestinationOrder.None
                  ? "another look"
                  : settlement.destination())
              + " on "
              + migration.status().destinationHost());
    }
    return outstanding;
  }

  /** A step without any order asks for a new reading. */
  private static boolean asksDestination(Settlement settlement) {
    return settlement.destination() != DestinationOrder.None
        || settlement.source() == SourceOrder.None;
  }

  private static boolean isDone(Settlement settlement, @Nullable Integer done) {
    return done != null && done >= settlement.step();
  }

  private Outcome conclude(
      Migration migration,
      Verdict verdict,
      Optional<Host> source,
      Optional<Host> destination,
      @Nullable Instant patience,
      Observation seen) {
    var settlement = migration.status().settlement();
    var waits = new ArrayList<String>();
    if (settlement != null) {
      waits.addAll(outstanding(migration, settlement, source, destination));
    }
    Cleanliness.owing(migration, source, destination)
        .forEach(h -> waits.add("the clean-up on " + h));
    var end = Endings.of(migration, verdict);
    if (waits.isEmpty()) {
      return end.phase() == Phase.Failed
              && AnotherAttempt.isDue(migration, verdict, end.reason(), source)
          ? again(migration, end)
          : end;
    }
    if (patience != null) {
      return new Outcome.Await(patience);
    }
    return awaited(
        migration,
        end.reason(),
        end.message(),
        "waits for " + String.join(" and ", waits),
        waits,
        seen.now());
  }

  /** Hosts that answer do that at once; if one does not, a person is asked to look at it. */
  private Outcome awaited(
      Migration migration,
      Reason reason,
      String message,
      String doing,
      List<String> what,
      Instant now) {
    var overdue = awaited.since(attempt(migration), what, now).plus(OVERDUE);
    return now.isBefore(overdue)
        ? report(migration, reason, message, doing, null, overdue)
        : report(migration, reason, message, doing, SettlingMessages.overdue(what), null);
  }

  /** Only from Settling, where it is final that nothing of the attempt goes on. */
  private static Outcome again(Migration migration, Outcome.Finish end) {
    var attempt = migration.status().attempt();
    var host = migration.status().destinationHost();
    if (migration.phase() != Phase.Settling || attempt == null || host == null) {
      return new Outcome.Enter(Phase.Settling, end.reason(), end.message(), end.checks());
    }
    return new Outcome.Again(
        new FailedAttempt(
            attempt.number(),
            host,
            end.reason().name(),
            Bounds.cut(end.message(), Bounds.MESSAGE)));
  }

  /**
   * A fence is recorded first (the API server allows no end while the source's call counts as
   * running), and the destination reads its copy anew after it.
   */
  private Optional<Outcome> fence(Migration migration, Instant now) {
    var source = migration.source();
    var boot = source == null ? null : source.bootID();
    var settlement = migration.status().settlement();
    if (settlement == null || boot == null || !boot.equals(settlement.sourceFencedBootID())) {
      return Optional.of(
          next(migration, Row.SourceFenced, SourceOrder.None, DestinationOrder.None, boot));
    }
    var report = migration.destination();
    if (isDone(settlement, report == null ? null : report.done())) {
      return Optional.empty();
    }
    var message = SettlingMessages.ordered(migration, settlement, Row.SourceFenced);
    var look = "another look on " + migration.status().destinationHost();
    return Optional.of(awaited(migration, Reason.Settling, message, message, List.of(look), now));
  }

  private static Outcome tell(Migration migration, Reason reason, String message, Row row) {
    return report(migration, reason, message, row.sentence(), message, null);
  }

  /**
   * In Settling, or in Migrating as long as libvirt's call is not known to be over.
   *
   * @param asks what a person is asked to do; null: nothing
   */
  private static Outcome report(
      Migration migration,
      Reason reason,
      String message,
      String doing,
      @Nullable String asks,
      @Nullable Instant until) {
    if (migration.phase() != Phase.Settling && migration.hasEnded()) {
      return new Outcome.Enter(Phase.Settling, reason, message, null);
    }
    return new Outcome.Report(reason, message, doing, asks, until);
  }
}
