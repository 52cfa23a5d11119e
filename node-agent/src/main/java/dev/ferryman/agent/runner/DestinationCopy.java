package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.StartedEvidence;
import dev.ferryman.agent.journal.JournalEntry;
import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What this host knows of the copy that has come, by its journal and the source's word. */
final class DestinationCopy {
  private final Role role;
  private final DestinationHandover handover;
  private final Supplier<@Nullable SourceReport> source;

  DestinationCopy(
      Role role, DestinationHandover handover, Supplier<@Nullable SourceReport> source) {
    this.role = role;
    this.handover = handover;
    this.source = source;
  }

  /**
   * Nothing is left of the attempt: what is here is none of its making, or it is the instance
   * itself, paused if it was before, or the last definition of it.
   */
  boolean isClean(Optional<DomainFacts> domain, Started started) {
    return !isOfAttempt(domain)
        || started == Started.Started
        || isLeftPaused(domain)
        || isLastDefinition(domain.get().state());
  }

  /** Whether it is the instance itself, though it may never have run here. */
  boolean isGuest(Optional<DomainFacts> domain) {
    return hasSourceGone()
        && isOfAttempt(domain)
        && (isLeftPaused(domain) || isLastDefinition(domain.get().state()));
  }

  /** Whether it is here, and its source has said last that it is there no more. */
  boolean hasLeftSource() {
    return hasSourceGone() && isOfAttempt(role.host.hypervisor().domain(role.instanceUUID));
  }

  /** Whether it is there, and was brought by this attempt. */
  boolean isOfAttempt(Optional<DomainFacts> domain) {
    return domain.isPresent() && role.attemptUID.equals(domain.get().attemptMark());
  }

  /** By the source's own word, or by the fence of the host whose word the operator went by. */
  boolean hasSourceGone() {
    var report = source.get();
    return report != null && (report.switched() == Switched.Gone || isFenced(report));
  }

  private boolean isFenced(SourceReport report) {
    var settlement = role.status().settlement();
    return settlement != null && report.bootID().equals(settlement.sourceFencedBootID());
  }

  /** The instance itself, as it was before the move. */
  boolean isLeftPaused(Optional<DomainFacts> domain) {
    return wasPaused()
        && isOfAttempt(domain)
        && domain.get().state() == DomainState.Paused
        && !domain.get().incoming();
  }

  /**
   * The guest left the source, where no definition is, or went over to post-copy there and never
   * went on, and ended before it was to go on here, or nobody knows when.
   */
  boolean isLastDefinition(DomainState here) {
    var report = source.get();
    if (here.isActive() || report == null || report.switched() != Switched.Gone) {
      return false;
    }
    var there = report.domain();
    return (there != null && there.state() == DomainState.Absent)
        || (Boolean.TRUE.equals(report.postCopyStarted())
            && report.sinceSwitchover() != SinceSwitchover.WentOn);
  }

  /** The journal knows it also where the object has gone. */
  private boolean wasPaused() {
    var needs = needs();
    var entry = role.entry();
    return needs != null ? Boolean.TRUE.equals(needs.paused()) : entry != null && entry.paused();
  }

  private boolean wasPersistent(JournalEntry entry) {
    var needs = needs();
    return needs != null ? Boolean.TRUE.equals(needs.persistent()) : entry.persistent();
  }

  private @Nullable Needs needs() {
    var report = source.get();
    return report == null ? null : report.needs();
  }

  Started started(DomainReport now) {
    var entry = role.entry();
    if (entry == null) {
      return now.state() == DomainState.Absent ? Started.NeverStarted : Started.Unknown;
    }
    return StartedEvidence.judge(
        now,
        role.attemptUID,
        new StartedEvidence.History(
            entry.resumed(),
            !entry.eventsMissed() && role.isSameDaemon(entry),
            wasPersistent(entry),
            entry.definitionSeen(),
            entry.discarded(),
            handover.isHeldBack() || (wasPaused() && !entry.resumed())));
  }

  /** The source's last word. */
  @Nullable SourceReport source() {
    return source.get();
  }

  /**
   * By the source's last word, said after libvirt's call had ended, or since another could begin.
   */
  boolean neverLeftSource() {
    var report = source.get();
    return role.isSuperseded()
        || (report != null
            && report.endSequence() != null
            && report.switched() == Switched.NeverStopped);
  }

  /** By the source's last word on its call, or since another attempt could begin. */
  boolean isGuestAtSource() {
    if (role.isSuperseded()) {
      return true;
    }
    var report = source.get();
    return report != null && report.switched() != null && report.switched() != Switched.Gone;
  }
}
