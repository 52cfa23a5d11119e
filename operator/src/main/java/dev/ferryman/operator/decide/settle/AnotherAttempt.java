package dev.ferryman.operator.decide.settle;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Migration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a move that would fail is tried on another host: only if one more is allowed and nobody
 * wants the move ended, the guest is untouched at a source that answers, and the cause lies at the
 * destination or on the way to it.
 */
public final class AnotherAttempt {
  /** The guest was never touched: libvirt was not called, or its call stopped nothing. */
  private static final Set<Row> UNTOUCHED =
      EnumSet.of(Row.NotStarted, Row.Untouched, Row.DestinationLost);

  /** Reasons that say by themselves where the cause lies. */
  private static final Set<Reason> ELSEWHERE =
      EnumSet.of(
          Reason.DestinationNotAlive,
          Reason.DestinationNotReady,
          Reason.DestinationNoAnswer,
          Reason.DestinationUnreachable,
          Reason.DestinationLost);

  /**
   * Errors of libvirt's call that are about the guest or what was asked, wherever it goes
   * (virErrorNumber): INVALID_ARG, NO_DOMAIN, OPERATION_INVALID, ARGUMENT_UNSUPPORTED,
   * OPERATION_ABORTED, MIGRATE_UNSAFE, OPERATION_UNSUPPORTED.
   */
  private static final Set<Integer> ABOUT_THE_GUEST = Set.of(8, 42, 55, 74, 78, 81, 84);

  private AnotherAttempt() {}

  /** Whether another host may be tried once both halves are clean. */
  public static boolean isDue(
      Migration migration, Verdict verdict, Reason reason, Optional<Host> source) {
    return mayFollow(migration)
        && verdict instanceof Verdict.Stayed
        && UNTOUCHED.contains(verdict.row())
        && source.map(Host::answers).orElse(false)
        && isClean(migration)
        && liesElsewhere(migration, migration.status().checks(), reason);
  }

  /** Whether the order allows one more, and nobody wants it ended. */
  public static boolean mayFollow(Migration migration) {
    var attempt = migration.status().attempt();
    return attempt != null
        && attempt.number() < migration.spec().attempts()
        && migration.spec().destination() == null
        && !migration.isCancelRequested();
  }

  /**
   * Whether the cause of a refusal or failure lies at the destination or on the way to it, by the
   * typed reason, by where its checks were made, and by libvirt's error number.
   */
  public static boolean liesElsewhere(Migration migration, List<Check> checks, Reason reason) {
    var failed = checks.stream().filter(c -> c.outcome() == CheckOutcome.Fail).toList();
    if (!failed.stream().allMatch(c -> isOfDestination(c, migration))) {
      return false;
    }
    return ELSEWHERE.contains(reason)
        || (reason == Reason.MigrationFailed ? failedOnTheWay(migration) : !failed.isEmpty());
  }

  private static boolean isOfDestination(Check check, Migration migration) {
    return Reason.DestinationUnreachable.name().equals(check.reason())
        || (check.host() != null
            && check.host().equals(migration.status().destinationHost())
            && !Reason.AlreadyRan.name().equals(check.reason()));
  }

  private static boolean failedOnTheWay(Migration migration) {
    var source = migration.source();
    var result = source == null || !migration.hasEnded() ? null : source.result();
    return result != null && result.code() > 0 && !ABOUT_THE_GUEST.contains(result.code());
  }

  private static boolean isClean(Migration migration) {
    var source = migration.source();
    return source != null
        && (source.state() == SourceState.CleanedUp || source.state() == SourceState.Refused);
  }
}
