package dev.ferryman.agent.runner;

import dev.ferryman.crds.livemigration.Progress;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SourceReportBuilder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Switched;
import org.jspecify.annotations.Nullable;

/** What this host has last said as the source of an attempt, and how it says the next word. */
final class SourceHalf {
  private final Role role;
  private @Nullable SourceReport last;

  SourceHalf(Role role) {
    this.role = role;
  }

  /** What was said may not be in the API any more: its store was put back. */
  void forget() {
    last = null;
  }

  /** Takes over what the API holds, if it is newer: an agent before this one has written it. */
  void seen(@Nullable SourceReport published) {
    if (published != null
        && published.attemptUID().equals(role.attemptUID)
        && (last == null || published.sequence() > last.sequence())) {
      last = published;
    }
  }

  @Nullable SourceReport last() {
    return last;
  }

  @Nullable SourceState state() {
    return last == null ? null : last.state();
  }

  @Nullable Progress progress() {
    return last == null ? null : last.progress();
  }

  /** Whether it has been said that this host's copy is gone. */
  boolean isGone() {
    return last != null && last.switched() == Switched.Gone;
  }

  /** Whether the instance was said to have a definition that outlives its shutdown. */
  boolean isPersistent() {
    var needs = last == null ? null : last.needs();
    return needs != null && Boolean.TRUE.equals(needs.persistent());
  }

  /** What the guest's memory is. */
  long memoryBytes() {
    var needs = last == null ? null : last.needs();
    return needs == null ? 0 : needs.memoryMiB() << 20;
  }

  boolean hasEnded() {
    return last != null && last.endSequence() != null;
  }

  private long nextSequence() {
    return last == null ? 1 : last.sequence() + 1;
  }

  /** The next report: what was said before, with what was read anew. */
  SourceReportBuilder next(SourceState state) {
    var destination = role.status().destination();
    var entry = role.entry();
    return (last == null ? SourceReportBuilder.builder() : SourceReportBuilder.builder(last))
        .attemptUID(role.attemptUID)
        .sequence(nextSequence())
        .peerSequence(
            destination != null && destination.attemptUID().equals(role.attemptUID)
                ? destination.sequence()
                : null)
        .bootID(role.host.bootID())
        .libvirtdStartTime(role.daemonStart())
        .abortRequested(entry != null && entry.abortRequested() ? true : null)
        .givenUp(entry == null ? null : entry.givenUp())
        .pausedToFinish(entry != null && entry.pause() != null ? true : null)
        .postCopyStarted(entry != null && entry.isInPostCopy() ? true : null)
        .state(state);
  }

  /**
   * The same, for a report that the call has ended, or that this host's copy has since: the
   * destination's evidence must be newer.
   */
  SourceReportBuilder nextAtEnd(Switched switched) {
    var next = next(SourceState.CleanedUp);
    var known = hasEnded() && (isGone() || switched != Switched.Gone);
    return known ? next : next.endSequence(nextSequence());
  }

  /** Publishes the report; it counts as said only when the API server has it. */
  void say(SourceReportBuilder builder) {
    var report = builder.build();
    role.host.api().report(role.migration.getMetadata().getName(), report);
    last = report;
  }
}
