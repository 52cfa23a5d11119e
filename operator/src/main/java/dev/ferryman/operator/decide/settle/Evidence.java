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
import dev.ferryman.operator.decide.settle.DestinationEvidence.InactiveUnproved;
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
  private static final String BY_ITSELF = "shutdown";
  private static final String POST_COPY = "post-copy";
  private static final String POST_COPY_FAILED = "post-copy failed";

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
    var proved = source(migration, source);
    return Optional.of(
        new Evidence(proved, destination(migration, destination, proved), pausedBefore, strict));
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
    return source(migration, report);
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

  private static SourceEvidence source(Migration migration, SourceReport report) {
    var domain = report.domain();
    if (Boolean.TRUE.equals(report.jobActive()) || report.switched() == null) {
      return new SourceEvidence.Unclear();
    }
    if (report.switched() == Switched.Gone) {
      return domain == null || !domain.state().isActive()
          ? gone(migration, report, domain)
          : new SourceEvidence.Unclear();
    }
    var standing = domain == null ? Optional.<Standing>empty() : standing(domain, report);
    if (standing.isEmpty()) {
      return new SourceEvidence.Unclear();
    }
    return report.switched() == Switched.NeverStopped && !standing.get().isHalf()
        ? new NeverStopped(standing.get() != Standing.Running)
        : new MayHaveSwitched(standing.get(), Boolean.TRUE.equals(report.justResumed()));
  }

  private static boolean wentOn(SourceReport report) {
    var domain = report.domain();
    return report.sinceSwitchover() == SinceSwitchover.WentOn
        || (domain != null && domain.state().runs());
  }

  private static Gone gone(
      Migration migration, SourceReport report, @Nullable DomainReport domain) {
    var since = report.sinceSwitchover();
    var end = end(domain, report.result());
    return new Gone(
        end != GuestEnd.Migrated && isLost(migration) ? GuestEnd.InPostCopy : end,
        domain != null && isDefined(domain),
        since == null ? SinceSwitchover.Unknown : since);
  }

  /**
   * Whether it was proved that the guest is lost in post-copy. The settlement keeps that: once what
   * was left at the source is gone, nothing tells it any more.
   */
  private static boolean isLost(Migration migration) {
    var settlement = migration.status().settlement();
    if (settlement == null) {
      return false;
    }
    if (settlement.verdict().equals(Row.LookForRest.name())) {
      var report = migration.destination();
      var done = report == null ? null : report.done();
      return done != null && done >= settlement.step();
    }
    return settlement.verdict().equals(Row.DiscardRemains.name())
        || settlement.verdict().equals(Row.LostLeftover.name());
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
    if (POST_COPY.equals(reason) || POST_COPY_FAILED.equals(reason)) {
      return Optional.of(POST_COPY.equals(reason) ? Standing.PostCopy : Standing.PostCopyFailed);
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

  private static DestinationEvidence destination(
      Migration migration, Optional<Host> host, SourceEvidence source) {
    var shown =
        fresh(migration, host)
            .map(Evidence::destination)
            .orElseGet(DestinationEvidence.Silent::new);
    if (shown instanceof DestinationEvidence.Running) {
      return isWhole(migration, source) ? shown : unclear();
    }
    if (shown instanceof InactiveUnproved inactive && hasLeftInPostCopy(migration, source)) {
      return new DestinationEvidence.LastDefinition(inactive.end());
    }
    return shown instanceof StartedEnded ended && isHalf(source)
        ? new StartedEnded(endInPostCopy(migration), ended.defined())
        : shown;
  }

  /**
   * Whether a copy that runs has all of the guest's memory. In post-copy libvirt says so by the
   * reason "migrated"; a person may have paused the copy since and let it go on, which leaves
   * another reason. The source's copy only ends as migrated when all has been fetched.
   */
  private static boolean isWhole(Migration migration, SourceEvidence source) {
    var from = migration.source();
    var to = migration.destination();
    var inPostCopy =
        isHalf(source) || (from != null && Boolean.TRUE.equals(from.postCopyStarted()));
    return !inPostCopy
        || (source instanceof Gone gone && gone.end() == GuestEnd.Migrated)
        || (to != null && to.domain() != null && MIGRATED.equals(to.domain().reason()));
  }

  private static boolean isHalf(SourceEvidence source) {
    return (source instanceof MayHaveSwitched maybe && maybe.standing().isHalf())
        || (source instanceof Gone gone && gone.end() == GuestEnd.InPostCopy);
  }

  /**
   * Whether the source's copy is gone and did not go on after libvirt had gone over to post-copy.
   */
  private static boolean hasLeftInPostCopy(Migration migration, SourceEvidence source) {
    var from = migration.source();
    return source instanceof Gone gone
        && gone.since() != SinceSwitchover.WentOn
        && from != null
        && Boolean.TRUE.equals(from.postCopyStarted());
  }

  /** A guest that has shut itself down is not lost, whatever it still lacked. */
  private static GuestEnd endInPostCopy(Migration migration) {
    var report = migration.destination();
    return report != null && report.domain() != null && BY_ITSELF.equals(report.domain().reason())
        ? GuestEnd.Stopped
        : GuestEnd.InPostCopy;
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
      return running(domain);
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
              : started == Started.Unknown ? new InactiveUnproved(end(domain)) : unclear();
    }
    return unclear();
  }

  private static DestinationEvidence running(DomainReport domain) {
    var failed = POST_COPY_FAILED.equals(domain.reason());
    return failed || POST_COPY.equals(domain.reason())
        ? new DestinationEvidence.RunningInPostCopy(failed)
        : new DestinationEvidence.Running();
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
