package dev.ferryman.agent.runner;

import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.DestinationReportBuilder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.SourceReport;
import org.jspecify.annotations.Nullable;

/** What this host has last said as the destination of an attempt, and how it says the next word. */
final class DestinationHalf {
  private final Role role;
  private @Nullable DestinationReport last;

  DestinationHalf(Role role) {
    this.role = role;
  }

  /** What was said may not be in the API any more: its store was put back. */
  void forget() {
    last = null;
  }

  /** Takes over what the API holds, if it is newer: an agent before this one has written it. */
  void seen(@Nullable DestinationReport published) {
    if (published != null
        && published.attemptUID().equals(role.attemptUID)
        && (last == null || published.sequence() > last.sequence())) {
      last = published;
    }
  }

  @Nullable DestinationReport last() {
    return last;
  }

  @Nullable DestinationState state() {
    return last == null ? null : last.state();
  }

  @Nullable Long peerSequence() {
    return last == null ? null : last.peerSequence();
  }

  /**
   * The next report: what was said before, with what was read anew.
   *
   * @param seen the source's report as it was seen before the reading
   */
  DestinationReportBuilder next(DestinationState state, @Nullable SourceReport seen) {
    return (last == null
            ? DestinationReportBuilder.builder()
            : DestinationReportBuilder.builder(last))
        .attemptUID(role.attemptUID)
        .sequence(last == null ? 1 : last.sequence() + 1)
        .peerSequence(seen == null ? null : seen.sequence())
        .bootID(role.host.bootID())
        .libvirtdStartTime(role.daemonStart())
        .state(state);
  }

  /** Publishes the report; it counts as said only when the API server has it. */
  void say(DestinationReportBuilder builder) {
    var report = builder.build();
    role.host.api().report(role.migration.getMetadata().getName(), report);
    last = report;
  }
}
