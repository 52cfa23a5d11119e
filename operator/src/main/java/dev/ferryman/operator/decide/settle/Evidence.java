package dev.ferryman.operator.decide.settle;

import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.settle.DestinationEvidence.CompletePaused;
import dev.ferryman.operator.decide.settle.DestinationEvidence.IncomingPaused;
import dev.ferryman.operator.decide.settle.DestinationEvidence.NeverStarted;
import dev.ferryman.operator.decide.settle.DestinationEvidence.StartedEnded;
import dev.ferryman.operator.decide.settle.DestinationEvidence.StartedPaused;
import dev.ferryman.operator.decide.settle.SourceEvidence.Gone;
import dev.ferryman.operator.decide.settle.SourceEvidence.GuestEnd;
import dev.ferryman.operator.decide.settle.SourceEvidence.MayHaveSwitched;
import dev.ferryman.operator.decide.settle.SourceEvidence.NeverStopped;
import dev.ferryman.operator.decide.settle.SourceEvidence.Standing;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The proof that both hosts have given, read from their reports. The names of libvirt's reasons are
 * those of {@code virsh domstate --reason}.
 *
 * @param pausedBefore whether the guest stood still before the move; null if nobody says
 * @param strict whether the destination's copy stands still until it is resumed by an order or an
 *     agent, so that libvirt does not start it
 */
public record Evidence(
    SourceEvidence source,
    DestinationEvidence destination,
    @Nullable Boolean pausedBefore,
    boolean strict) {

  private static final Set<String> CRASH = Set.of("crashed", "failed");
  private static final Set<String> BY_MIGRATION = Set.of("migrating", "migration");
  private static final String MIGRATED = "migrated";
  private static final String BY_USER = "user";

  /** What libvirt finds after its restart where it had not stored yet why it paused a guest. */
  private static final Set<String> LOST = Set.of(BY_USER, "unknown");

  private static final String BY_GUEST = "suspended by the guest";

  /** What pauses a guest that has all of its memory; not a migration, and nothing unknown. */
  private static final Set<String> SINCE_THE_MOVE =
      Set.of(
          BY_USER,
          "saving",
          "dumping",
          "I/O error",
          "watchdog",
          "from snapshot",
          "shutting down",
          "creating snapshot",
          "crashed",
          "api error");

  /**
   * Reads the evidence.
   *
   * @param source the source host, empty if it has no HostResource any more
   * @param patient whether a report that is not in yet may still be waited for
   * @return empty while something is missing that will soon be there
   */
  public static Optional<Evidence> of(
      Migration migration, Optional<Host> source, Optional<Host> destination, boolean patient) {
    var report = migration.source();
    var needs = report == null ? null : report.needs();
    var pausedBefore = needs == null ? null : Boolean.TRUE.equals(needs.paused());
    var strict = migration.status().switchover() == SwitchoverMode.Strict;
    if (isNotStarted(migration)) {
      return Optional.of(
          new Evidence(
              new SourceEvidence.NotStarted(),
              new DestinationEvidence.Unclear(),
              pausedBefore,
              strict));
    }
    boolean mayStillStart = !migration.hasStarted();
    if (mayStillStart || isUndecided(source) || isUndecided(destination)) {
      return Optional.empty();
    }
    if (source.map(Host::answers).orElse(false) && !migration.hasEnded()) {
      return Optional.empty();
    }
    if (patient && (isOutdated(migration, source) || waitsForDestination(migration, destination))) {
      return Optional.empty();
    }
    return Optional.of(
        new Evidence(
            source(migration, source), destination(migration, destination), pausedBefore, strict));
  }

  /** Whether it is final that libvirt was not, and will not be, called for this attempt. */
  private static boolean isNotStarted(Migration migration) {
    if (migration.hasStarted()) {
      return false;
    }
    var report = migration.source();
    return migration.phase() == Phase.Settling
        || (report != null
            && (report.state() == SourceState.Refused || report.state() == SourceState.CleanedUp));
  }

  private static boolean isUndecided(Optional<Host> host) {
    return host.isPresent() && host.get().liveness() == Liveness.Unknown;
  }

  /** Whether the source's host speaks, but its report is of an earlier boot or libvirt daemon. */
  private static boolean isOutdated(Migration migration, Optional<Host> host) {
    var report = migration.source();
    return report != null
        && host.filter(Host::answers)
            .filter(h -> !h.isCurrent(report.bootID(), report.libvirtdStartTime()))
            .isPresent();
  }

  private static boolean waitsForDestination(Migration migration, Optional<Host> destination) {
    return migration.hasEnded()
        && destination.map(Host::answers).orElse(false)
        && fresh(migration, destination).isEmpty();
  }

  private static SourceEvidence source(Migration migration, Optional<Host> host) {
    var report = migration.source();
    if (report == null) {
      return new SourceEvidence.Silent();
    }
    if (isFenced(migration, report, host)) {
      return new SourceEvidence.Fenced(migration.hasEnded() && wentOn(report));
    }
    if (!host.map(Host::answers).orElse(false)
        || !migration.hasEnded()
        || isOutdated(migration, host)) {
      return new SourceEvidence.Silent();
    }
    return source(report);
  }

  /** By the administrator's word, or as it was recorded: the HostResource may be deleted since. */
  private static boolean isFenced(Migration migration, SourceReport report, Optional<Host> host) {
    if (host.map(h -> h.isFenced(report.bootID())).orElse(false)) {
      return true;
    }
    var settlement = migration.status().settlement();
    return settlement != null
        && report.bootID().equals(settlement.sourceFencedBootID())
        && host.map(h -> h.liveness() == Liveness.Dead).orElse(true);
  }

  private static SourceEvidence source(SourceReport report) {
    var domain = report.domain();
    if (Boolean.TRUE.equals(report.jobActive()) || report.switched() == null) {
      return new SourceEvidence.Unclear();
    }
    if (report.switched() == Switched.Gone) {
      return domain == null || !domain.state().isActive()
          ? gone(report, domain)
          : new SourceEvidence.Unclear();
    }
    var standing = domain == null ? Optional.<Standing>empty() : standing(domain, report);
    if (standing.isEmpty()) {
      return new SourceEvidence.Unclear();
    }
    return report.switched() == Switched.NeverStopped
        ? new NeverStopped(standing.get() != Standing.Running)
        : new MayHaveSwitched(standing.get(), Boolean.TRUE.equals(report.justResumed()));
  }

  private static boolean wentOn(SourceReport report) {
    var domain = report.domain();
    return report.sinceSwitchover() == SinceSwitchover.WentOn
        || (domain != null && domain.state().runs());
  }

  private static Gone gone(SourceReport report, @Nullable DomainReport domain) {
    var since = report.sinceSwitchover();
    return new Gone(
        end(domain, report.result()),
        domain != null && isDefined(domain),
        since == null ? SinceSwitchover.Unknown : since);
  }

  private static Optional<Standing> standing(DomainReport domain, SourceReport report) {
    if (domain.state().runs()) {
      return Optional.of(Standing.Running);
    }
    if (domain.state() != DomainState.Paused) {
      return Optional.empty();
    }
    var reason = domain.reason();
    if (reason != null && BY_MIGRATION.contains(reason)) {
      return Optional.of(Standing.PausedByMigration);
    }
    return Optional.of(
        Boolean.TRUE.equals(report.pausedToFinish()) && reason != null && LOST.contains(reason)
            ? Standing.PausedToFinish
            : Standing.PausedOtherwise);
  }

  private static boolean isDefined(DomainReport domain) {
    return domain.state() == DomainState.ShutOff || domain.state() == DomainState.Crashed;
  }

  private static GuestEnd end(@Nullable DomainReport domain, @Nullable CallResult result) {
    var reason = domain == null ? null : domain.reason();
    if (MIGRATED.equals(reason)
        || (reason == null && result != null && result.code() == CallResult.SUCCESS)) {
      return GuestEnd.Migrated;
    }
    return end(domain);
  }

  private static GuestEnd end(@Nullable DomainReport domain) {
    if (domain == null) {
      return GuestEnd.Stopped;
    }
    var reason = domain.reason();
    return domain.state() == DomainState.Crashed || (reason != null && CRASH.contains(reason))
        ? GuestEnd.Crashed
        : GuestEnd.Stopped;
  }

  /**
   * The destination's report, if its host speaks and it was read by the libvirt daemon of now,
   * after all that the source has said of its end.
   */
  private static Optional<DestinationReport> fresh(Migration migration, Optional<Host> host) {
    var report = migration.destination();
    var source = migration.source();
    if (report == null
        || source == null
        || host.filter(Host::answers)
            .filter(h -> h.isCurrent(report.bootID(), report.libvirtdStartTime()))
            .isEmpty()) {
      return Optional.empty();
    }
    var end = source.endSequence();
    var seen = report.peerSequence();
    return end == null || (seen != null && seen >= end) ? Optional.of(report) : Optional.empty();
  }

  private static DestinationEvidence destination(Migration migration, Optional<Host> host) {
    return fresh(migration, host)
        .map(Evidence::destination)
        .orElseGet(DestinationEvidence.Silent::new);
  }

  private static DestinationEvidence destination(DestinationReport report) {
    var domain = report.domain();
    var started = report.started();
    if (domain == null || domain.state() == DomainState.Absent) {
      return absent(domain, started);
    }
    if (!report.attemptUID().equals(domain.attemptMark())) {
      return unclear();
    }
    if (domain.state().runs()) {
      return new DestinationEvidence.Running();
    }
    if (domain.state() == DomainState.Paused) {
      return paused(domain, started);
    }
    if (domain.state() == DomainState.PMSuspended && started == Started.Started) {
      return new StartedPaused(BY_GUEST);
    }
    if (domain.state() == DomainState.ShutOff || domain.state() == DomainState.Crashed) {
      return started == Started.Started
          ? new StartedEnded(end(domain), true)
          : started == Started.NeverStarted
              ? new NeverStarted(end(domain))
              : started == Started.Unknown
                  ? new DestinationEvidence.InactiveUnproved(end(domain))
                  : unclear();
    }
    return unclear();
  }

  private static DestinationEvidence absent(
      @Nullable DomainReport domain, @Nullable Started started) {
    if (started == Started.NeverStarted) {
      return new NeverStarted(null);
    }
    if (started == Started.Started) {
      return new StartedEnded(end(domain), false);
    }
    return domain != null && started == Started.Unknown
        ? new DestinationEvidence.AbsentUnproved()
        : unclear();
  }

  private static DestinationEvidence paused(DomainReport domain, @Nullable Started started) {
    var reason = domain.reason();
    if (started == Started.Started) {
      return new StartedPaused(reason != null && SINCE_THE_MOVE.contains(reason) ? reason : null);
    }
    return BY_USER.equals(domain.reason())
        ? new CompletePaused(started == Started.NeverStarted)
        : new IncomingPaused();
  }

  private static DestinationEvidence unclear() {
    return new DestinationEvidence.Unclear();
  }
}
