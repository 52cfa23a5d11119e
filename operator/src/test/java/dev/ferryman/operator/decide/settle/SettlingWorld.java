package dev.ferryman.operator.decide.settle;

import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Settlement;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Migration;
import java.util.Optional;

/** All that the operator can know of a move's end. */
record SettlingWorld(
    Phase phase,
    Optional<SourceReport> source,
    Optional<DestinationReport> destination,
    Host sourceHost,
    Host destinationHost,
    SwitchoverMode switchover,
    Optional<Row> settled) {

  Migration move() {
    return Sample.move(
        phase,
        s ->
            s.source(source.orElse(null))
                .destination(destination.orElse(null))
                .switchover(switchover)
                .settlement(
                    settled
                        .map(
                            row ->
                                new Settlement(
                                    Sample.ATTEMPT,
                                    1,
                                    row.name(),
                                    SourceOrder.None,
                                    DestinationOrder.None,
                                    null))
                        .orElse(null)));
  }

  boolean provedLostBefore() {
    return settled
        .filter(
            row ->
                row == Row.DiscardRemains
                    || row == Row.LostLeftover
                    || (row == Row.LookForRest
                        && destination.filter(d -> d.done() != null).isPresent()))
        .isPresent();
  }

  Optional<Verdict> verdict(boolean patient) {
    return Evidence.of(move(), Optional.of(sourceHost), Optional.of(destinationHost), patient)
        .map(SettlingTable::judge);
  }

  boolean sourceIsCurrent() {
    return source.filter(s -> s.bootID().equals(sourceHost.status().bootID())).isPresent();
  }

  boolean destinationIsFresh() {
    return destination
        .filter(d -> d.attemptUID().equals(Sample.ATTEMPT))
        .filter(d -> d.bootID().equals(destinationHost.status().bootID()))
        .filter(
            d ->
                source
                    .map(
                        s ->
                            s.endSequence() == null
                                || (d.peerSequence() != null
                                    && d.peerSequence() >= s.endSequence()))
                    .orElse(false))
        .isPresent();
  }

  boolean destinationIsMarked() {
    return destination
        .map(DestinationReport::domain)
        .map(d -> Sample.ATTEMPT.equals(d.attemptMark()))
        .orElse(false);
  }

  Optional<DomainState> at(DestinationReport report) {
    return Optional.ofNullable(report.domain()).map(DomainReport::state);
  }

  boolean destinationRuns() {
    return destination.flatMap(this::at).map(DomainState::runs).orElse(false);
  }

  boolean destinationIsActive() {
    return destination.flatMap(this::at).map(DomainState::isActive).orElse(false);
  }

  boolean started() {
    return destination.map(d -> d.started() == Started.Started).orElse(false);
  }

  boolean neverStarted() {
    return destination.map(d -> d.started() == Started.NeverStarted).orElse(false);
  }

  boolean sourceIsActive() {
    return source.map(SourceReport::domain).map(d -> d.state().isActive()).orElse(false);
  }

  boolean sourceRuns() {
    return source.map(SourceReport::domain).map(d -> d.state().runs()).orElse(false);
  }

  boolean justResumed() {
    return source.map(s -> Boolean.TRUE.equals(s.justResumed())).orElse(false);
  }

  private boolean sourceStands(String reason) {
    return source
        .map(SourceReport::domain)
        .filter(d -> d.state() == DomainState.Paused && reason.equals(d.reason()))
        .isPresent();
  }

  /** The guest may be in two parts. */
  boolean sourceIsHalf() {
    return sourceStands("post-copy") || sourceStands("post-copy failed");
  }

  boolean destinationIsHalf() {
    return destinationRuns()
        && destination
            .map(DestinationReport::domain)
            .filter(d -> "post-copy".equals(d.reason()) || "post-copy failed".equals(d.reason()))
            .isPresent();
  }

  boolean destinationIsWhole() {
    return destinationRuns()
        && destination.map(DestinationReport::domain).map(DomainReport::reason).stream()
            .anyMatch("migrated"::equals);
  }

  boolean destinationHasEnded() {
    return started() && !destinationIsActive();
  }

  boolean sourceIsProvedGone() {
    return sourceHost.answers()
        && sourceIsCurrent()
        && source.orElseThrow().switched() == Switched.Gone
        && !sourceIsActive();
  }

  boolean sourceNeverStopped() {
    return source.filter(s -> s.switched() == Switched.NeverStopped).isPresent();
  }

  boolean sourceWentOn() {
    return move().hasEnded()
        && source
            .filter(s -> s.sinceSwitchover() == SinceSwitchover.WentOn || sourceRuns())
            .isPresent();
  }

  /** Gone, and proved not to have run since the switch-over. */
  boolean sourceHasLeft() {
    return sourceIsProvedGone()
        && source.orElseThrow().sinceSwitchover() == SinceSwitchover.StoodStill;
  }

  boolean sourceIsFenced() {
    return sourceHost.isFenced(source.orElseThrow().bootID());
  }

  boolean pausedBefore() {
    return source.map(SourceReport::needs).map(n -> Boolean.TRUE.equals(n.paused())).orElse(false);
  }
}
