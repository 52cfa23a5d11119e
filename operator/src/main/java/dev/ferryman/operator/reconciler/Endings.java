package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.GivenUp;
import dev.ferryman.crds.livemigration.MigrationMode;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Progress;
import dev.ferryman.crds.livemigration.Result;
import dev.ferryman.crds.livemigration.ResultBuilder;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.admission.Checks;
import dev.ferryman.operator.decide.settle.Row;
import dev.ferryman.operator.decide.settle.Verdict;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names the end of a move: its reason, its figures, and one sentence with the facts. */
final class Endings {
  /** Reasons of a settling that is on its way, as opposed to why it will have failed. */
  private static final Set<Reason> NO_CAUSE =
      EnumSet.of(
          Reason.Pending,
          Reason.Checking,
          Reason.Preparing,
          Reason.Migrating,
          Reason.Settling,
          Reason.OutcomeUnknown,
          Reason.SplitBrain,
          Reason.SourceUnverified,
          Reason.DestinationUnverified);

  private Endings() {}

  static Outcome.Finish of(Migration migration, Verdict verdict) {
    if (verdict instanceof Verdict.Moved moved) {
      return moved(migration, moved);
    }
    if (verdict.row() == Row.NotStarted) {
      return notStarted(migration);
    }
    if (verdict instanceof Verdict.Stayed stayed) {
      return stayed(migration, stayed);
    }
    var reason = verdict instanceof Verdict.Ended ended ? ended.reason() : Reason.OutcomeUnknown;
    if (verdict.row() == Row.GuestLost) {
      return lost(migration);
    }
    var where =
        verdict.row() == Row.EndedAfterMove || verdict.row() == Row.EndedSincePostCopy
            ? ", on " + migration.status().destinationHost()
            : ", on " + migration.status().sourceHost();
    return Outcome.Finish.failed(reason, verdict.row().sentence() + where, null);
  }

  private static Outcome.Finish lost(Migration migration) {
    var destination = migration.status().destinationHost();
    var half = migration.destination();
    var stands = half != null && half.domain() != null && half.domain().state().isActive();
    return Outcome.Finish.failed(
        Reason.GuestLost,
        Row.GuestLost.sentence()
            + (stands
                ? "; end what is left of it on " + destination + " ('virsh destroy') and start it"
                : "; start it")
            + " from its definition: its disks are as after a power cut",
        null);
  }

  private static Outcome.Finish moved(Migration migration, Verdict.Moved moved) {
    var source = migration.source();
    var paused = source != null && Boolean.TRUE.equals(source.pausedToFinish());
    var message =
        migration.spec().instance()
            + (moved.leftPaused() ? " is on " : " runs on ")
            + migration.status().destinationHost()
            + (moved.row() == Row.MovedAndPausedSince
                ? pausedSince(migration)
                : moved.leftPaused() ? ", paused as it was before" : "");
    var downtime = downtime(migration);
    if (downtime != null) {
      message += String.format(Locale.ROOT, "; it stood still for %d ms", downtime);
      if (paused) {
        message += " since it was paused for its copying to end";
      }
      if (migration.status().switchover() == SwitchoverMode.Strict && held(migration) == null) {
        // libvirt counts the time of its own part of it, and nobody has counted the rest.
        message += ", and until its source was gone";
      }
    }
    if (migration.hasGoneOverToPostCopy()) {
      message += "; it ran there while the rest of its memory was fetched (post-copy)";
    }
    if (source != null && source.sinceSwitchover() == SinceSwitchover.WentOn) {
      message +=
          "; libvirt had let its copy on "
              + migration.status().sourceHost()
              + " go on beside it for a time, and what that one wrote is lost or mixed in: look at"
              + " the guest's disks";
    }
    if (moved.row() == Row.SourceFenced) {
      message += "; " + migration.status().sourceHost() + " is fenced";
    }
    return Outcome.Finish.succeeded(Reason.Migrated, message, null, result(migration, source));
  }

  private static @Nullable Long downtime(Migration migration) {
    var source = migration.source();
    var figures = source == null ? null : source.statistics();
    var libvirts = figures == null ? null : figures.downtimeMilliseconds();
    var held = held(migration);
    return libvirts == null || held == null ? libvirts : Long.valueOf(libvirts + held);
  }

  private static @Nullable Long held(Migration migration) {
    var destination = migration.destination();
    return destination == null ? null : destination.heldMilliseconds();
  }

  private static @Nullable Result result(Migration migration, @Nullable SourceReport source) {
    if (source == null) {
      return null;
    }
    var result =
        ResultBuilder.builder()
            .mode(
                migration.hasGoneOverToPostCopy()
                    ? MigrationMode.PostCopy
                    : Boolean.TRUE.equals(source.pausedToFinish())
                        ? MigrationMode.Paused
                        : MigrationMode.PreCopy);
    var figures = source.statistics();
    if (figures != null) {
      result
          .downtimeMilliseconds(downtime(migration))
          .totalMilliseconds(figures.totalMilliseconds())
          .transferredBytes(figures.transferredBytes())
          .iterations(figures.iterations());
    }
    return result.build();
  }

  private static String pausedSince(Migration migration) {
    var destination = migration.destination();
    var domain = destination == null ? null : destination.domain();
    var why =
        domain == null
            ? ""
            : " (" + domain.state() + (domain.reason() == null ? "" : ", " + domain.reason()) + ")";
    return ", where it has run since and stands still now" + why;
  }

  private static Outcome.Finish stayed(Migration migration, Verdict.Stayed stayed) {
    var source = migration.source();
    var place = ", on " + migration.status().sourceHost();
    if (source != null
        && Boolean.TRUE.equals(source.abortRequested())
        && source.givenUp() != null) {
      return givenUp(migration, source, stayed.row().sentence() + place);
    }
    if (source != null
        && Boolean.TRUE.equals(source.abortRequested())
        && migration.isCancelRequested()) {
      return Outcome.Finish.failed(
          Reason.Cancelled, "cancelled: " + stayed.row().sentence() + place, null);
    }
    return Outcome.Finish.failed(
        stayed.reason(),
        stayed.row().sentence() + place + libvirt(source == null ? null : source.result()),
        null);
  }

  private static Outcome.Finish givenUp(Migration migration, SourceReport source, String stayed) {
    var limits = migration.spec().convergenceOrDefault();
    var stalled = source.givenUp() == GivenUp.Stalled;
    var why =
        stalled
            ? "no headway for " + limits.stallTimeout() + " s"
            : "not done after " + limits.completionTimeout() + " s";
    if (Boolean.TRUE.equals(source.pausedToFinish())) {
      why += ", nor done within " + limits.stallTimeout() + " s of the guest's pause";
    }
    return Outcome.Finish.failed(
        stalled ? Reason.Stalled : Reason.TimedOut,
        why + figures(source.progress()) + ": " + stayed,
        null);
  }

  private static String figures(@Nullable Progress progress) {
    if (progress == null) {
      return "";
    }
    if (progress.memoryRemainingBytes() == null) {
      return progress.diskRemainingBytes() == null
          ? ""
          : String.format(
              Locale.ROOT, " (%d MiB of the disks left)", mebibytes(progress.diskRemainingBytes()));
    }
    return String.format(
        Locale.ROOT,
        " (%d MiB left, %d MiB/s copied, %d MiB/s written by the guest)",
        mebibytes(progress.memoryRemainingBytes()),
        mebibytes(progress.transferBytesPerSecond()),
        mebibytes(progress.dirtyBytesPerSecond()));
  }

  private static long mebibytes(@Nullable Long bytes) {
    return bytes == null ? 0 : bytes >> 20;
  }

  private static String libvirt(@Nullable CallResult result) {
    if (result == null || result.code() == CallResult.SUCCESS) {
      return "";
    }
    var message = result.message();
    if (result.code() == CallResult.UNKNOWN) {
      return message == null ? "; how libvirt's call ended is not known" : "; " + message;
    }
    var text = message == null ? "no message" : message;
    return "; libvirt: " + text + " (error " + result.code() + ")";
  }

  /** The cause is what moved it to Settling, else what an agent refused it for. */
  private static Outcome.Finish notStarted(Migration migration) {
    var cause = migration.phase() == Phase.Settling ? cause(migration) : Optional.<Reason>empty();
    if (cause.equals(Optional.of(Reason.CheckPassed))) {
      return Outcome.Finish.succeeded(Reason.CheckPassed, message(migration), null, null);
    }
    if (cause.isPresent()) {
      return Outcome.Finish.failed(cause.get(), message(migration), null);
    }
    var checks = checks(migration);
    var failed = Checks.firstFailed(checks);
    if (failed.isPresent()) {
      return Outcome.Finish.failed(
          Checks.reasonOf(failed.get()).orElse(Reason.MigrationFailed),
          Checks.obstacles(checks),
          checks);
    }
    return migration.isCancelRequested()
        ? Outcome.Finish.failed(Reason.Cancelled, "cancelled before anything moved", null)
        : Outcome.Finish.failed(
            Reason.MigrationFailed, migration.status().sourceHost() + " has withdrawn", null);
  }

  private static Optional<Reason> cause(Migration migration) {
    return migration
        .condition(Conditions.SUCCEEDED)
        .map(Condition::getReason)
        .flatMap(Checks::reasonOf)
        .filter(r -> !NO_CAUSE.contains(r));
  }

  private static String message(Migration migration) {
    return migration.condition(Conditions.SUCCEEDED).map(Condition::getMessage).orElse("");
  }

  private static List<Check> checks(Migration migration) {
    var checks = new ArrayList<>(migration.status().checks());
    var source = migration.source();
    if (source != null) {
      source.checks().stream().filter(c -> !checks.contains(c)).forEach(checks::add);
    }
    return checks;
  }
}
