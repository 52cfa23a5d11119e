package dev.ferryman.operator.decide.settle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Settlement;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever two hosts may say, in whatever state they are. */
class SettlingPropertyTest {

  /** All that the operator can know of a move's end. */
  record World(
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
      return source
          .map(SourceReport::needs)
          .map(n -> Boolean.TRUE.equals(n.paused()))
          .orElse(false);
    }
  }

  @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
  void successIsOnlyWrittenWithProofFromBothHosts(
      @ForAll("worlds") World world, @ForAll boolean patient) {
    world
        .verdict(patient)
        .filter(v -> v instanceof Verdict.Moved)
        .ifPresent(
            verdict -> {
              assertThat(world.destinationIsFresh()).isTrue();
              assertThat(world.destinationIsMarked()).isTrue();
              assertThat(world.destinationHost().answers()).isTrue();
              assertThat(world.destinationRuns() || world.pausedBefore() || world.started())
                  .isTrue();
              assertThat(world.destinationIsActive()).isTrue();
              assertThat(world.sourceIsProvedGone() || world.sourceIsFenced()).isTrue();
            });
  }

  @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
  void aCopyIsOnlyDestroyedWhereTheOtherHoldsTheGuest(
      @ForAll("worlds") World world, @ForAll boolean patient) {
    world
        .verdict(patient)
        .filter(v -> v instanceof Verdict.Ordered)
        .map(v -> (Verdict.Ordered) v)
        .ifPresent(
            order -> {
              assertThat(world.destinationHost().answers()).isTrue();
              assertThat(world.destinationIsFresh()).isTrue();
              if (order.destination() == DestinationOrder.Resume) {
                assertThat(order.source()).isEqualTo(SourceOrder.None);
                assertThat(world.switchover()).isEqualTo(SwitchoverMode.Strict);
                assertThat(world.destinationIsMarked()).isTrue();
                assertThat(world.destinationIsActive()).isTrue();
                assertThat(world.pausedBefore()).isFalse();
                assertThat(
                        world.sourceHasLeft() || (world.sourceIsFenced() && !world.sourceWentOn()))
                    .isTrue();
                return;
              }
              if (order.row() == Row.DiscardStaleCopy) {
                assertThat(world.sourceWentOn()).isTrue();
                assertThat(world.sourceIsProvedGone() || world.sourceIsFenced()).isTrue();
                assertThat(world.neverStarted()).isTrue();
                assertThat(world.destinationIsMarked()).isTrue();
                return;
              }
              assertThat(world.sourceHost().answers()).isTrue();
              assertThat(world.sourceIsCurrent()).isTrue();
              if (order.source() == SourceOrder.Destroy) {
                boolean waits =
                    world.switchover() == SwitchoverMode.Strict
                        && world.destinationIsActive()
                        && world.neverStarted()
                        && !world.sourceRuns();
                assertThat(world.destinationRuns() || waits).isTrue();
                assertThat(world.destinationIsMarked()).isTrue();
                assertThat(order.destination()).isEqualTo(DestinationOrder.None);
                assertThat(!world.sourceRuns() || world.justResumed()).isTrue();
              }
              if (order.source() == SourceOrder.Resume) {
                assertThat(world.neverStarted()).isTrue();
                assertThat(world.destinationIsActive()).isFalse();
                assertThat(world.pausedBefore()).isFalse();
              }
              if (order.source() == SourceOrder.Undefine) {
                assertThat(world.destinationIsMarked()).isTrue();
                assertThat(world.sourceIsActive()).isFalse();
              }
              if (order.destination() == DestinationOrder.Destroy) {
                assertThat(world.neverStarted()).isTrue();
                assertThat(world.sourceIsActive()).isTrue();
                assertThat(world.destinationIsMarked()).isTrue();
              }
              if (order.destination() == DestinationOrder.Undefine) {
                assertThat(world.neverStarted() || world.sourceNeverStopped() || world.sourceRuns())
                    .isTrue();
                assertThat(world.destinationIsActive()).isFalse();
                assertThat(world.destinationIsMarked()).isTrue();
              }
            });
  }

  @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
  void aFailureIsOnlyWrittenWhereTheSourceWordIsFinal(
      @ForAll("worlds") World world, @ForAll boolean patient) {
    world
        .verdict(patient)
        .filter(v -> v instanceof Verdict.Stayed || v instanceof Verdict.Ended)
        .filter(v -> v.row() != Row.NotStarted && !isLost(v))
        .ifPresent(
            verdict -> {
              assertThat(
                      (world.sourceHost().answers() && world.sourceIsCurrent())
                          || (world.sourceIsFenced() && world.sourceWentOn()))
                  .isTrue();
              assertThat(world.move().hasEnded()).isTrue();
              assertThat(
                      world.destinationRuns()
                          && world.destinationIsFresh()
                          && world.destinationIsMarked()
                          && world.destinationHost().answers())
                  .isFalse();
            });
  }

  /** Each half is worthless without the other, so that neither may go while that one is there. */
  @Property(tries = 20000, edgeCases = EdgeCasesMode.NONE)
  void inPostCopyNothingIsResumedAndTheSourcesHalfEndsOnlyWhereItIsOfNoUse(
      @ForAll("worlds") World world, @ForAll boolean patient) {
    if (!world.sourceIsHalf() && !world.destinationIsHalf()) {
      return;
    }
    world
        .verdict(patient)
        .filter(v -> v instanceof Verdict.Ordered)
        .map(v -> (Verdict.Ordered) v)
        .ifPresent(
            order -> {
              assertThat(order.source()).isNotEqualTo(SourceOrder.Resume);
              if (world.destinationIsFresh() && world.destinationIsMarked()) {
                assertThat(order.destination()).isEqualTo(DestinationOrder.None);
              }
              if (world.sourceIsHalf()
                  || (world.destinationIsHalf() && world.destinationIsMarked())) {
                assertThat(order.source()).isNotEqualTo(SourceOrder.Destroy);
              }
              if (order.source() == SourceOrder.DestroyRemains) {
                assertThat(world.destinationIsWhole() || world.destinationHasEnded()).isTrue();
                assertThat(world.destinationIsFresh()).isTrue();
                assertThat(world.sourceIsHalf()).isTrue();
              }
              if (order.source() == SourceOrder.ResumePostCopy) {
                assertThat(world.sourceIsHalf() && world.destinationIsHalf()).isTrue();
                assertThat(world.sourceHost().answers()).isTrue();
              }
            });
  }

  @Property(tries = 20000, edgeCases = EdgeCasesMode.NONE)
  void aGuestIsOnlyCalledLostWhereAHalfOfItIsProvedGone(
      @ForAll("worlds") World world, @ForAll boolean patient) {
    world
        .verdict(patient)
        .filter(SettlingPropertyTest::isLost)
        .ifPresent(
            verdict -> {
              assertThat(
                      world.destinationIsWhole()
                          && world.destinationIsFresh()
                          && world.destinationHost().answers()
                          && world.destinationIsMarked())
                  .isFalse();
              assertThat(
                      (world.sourceIsFenced() && world.destinationIsHalf())
                          || (world.sourceIsProvedGone() && world.provedLostBefore()))
                  .isTrue();
            });
  }

  @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
  void aMoveThatMayStillStartIsNeverSettled(@ForAll("worlds") World world) {
    if (world.phase() == Phase.Migrating
        && world.source().map(s -> s.state() == SourceState.Checked).orElse(true)
        && world.source().map(s -> s.endSequence() == null).orElse(true)) {
      assertThat(world.verdict(false)).isEmpty();
    }
  }

  private static boolean isLost(Verdict verdict) {
    return verdict instanceof Verdict.Ended ended && ended.reason() == Reason.GuestLost;
  }

  @Provide
  Arbitrary<World> worlds() {
    return Combinators.combine(
            Arbitraries.of(Phase.Migrating, Phase.Settling),
            sources().optional(0.95),
            destinations().optional(0.9),
            hosts("host-b"),
            hosts("host-c"),
            Arbitraries.of(SwitchoverMode.class),
            Arbitraries.of(
                    Row.DiscardRemains, Row.LookForRest, Row.LostLeftover, Row.PostCopyBroken)
                .optional(0.2))
        .as(World::new);
  }

  private static Arbitrary<Host> hosts(String name) {
    return Combinators.combine(
            Arbitraries.frequency(
                Tuple.of(8, Liveness.Alive),
                Tuple.of(2, Liveness.Dead),
                Tuple.of(1, Liveness.Unknown)),
            Arbitraries.frequency(Tuple.of(8, true), Tuple.of(1, false)),
            Arbitraries.frequency(Tuple.of(4, false), Tuple.of(1, true)),
            Arbitraries.frequency(Tuple.of(8, false), Tuple.of(1, true)))
        .as(
            (liveness, ready, fenced, rebooted) -> {
              var named = Sample.host(name);
              var host = rebooted ? Sample.with(named, s -> s.bootID("a later boot")) : named;
              var base = ready ? host : Sample.notReady(host);
              return fenced
                  ? Sample.with(Sample.fenced(base, Sample.SOURCE_BOOT), liveness)
                  : Sample.with(base, liveness);
            });
  }

  private static Arbitrary<DomainReport> domains() {
    return Combinators.combine(
            Arbitraries.of(DomainState.class),
            Arbitraries.of(
                    "user",
                    "migrating",
                    "migrated",
                    "crashed",
                    "shutdown",
                    "unknown",
                    "post-copy",
                    "post-copy failed")
                .injectNull(0.1),
            Arbitraries.frequency(
                Tuple.of(6, Sample.ATTEMPT), Tuple.of(1, "other/1"), Tuple.of(1, (String) null)))
        .as((state, reason, mark) -> new DomainReport(state, reason, null, mark));
  }

  private static Arbitrary<SourceReport> sources() {
    return Combinators.combine(
            Arbitraries.of(SourceState.class),
            Arbitraries.of(10L).injectNull(0.2),
            Arbitraries.of(Switched.class).injectNull(0.1),
            domains().injectNull(0.1),
            Arbitraries.of(true, false).injectNull(0.2),
            Arbitraries.of(true, false).injectNull(0.1),
            Arbitraries.of(
                Tuple.of(true, false),
                Tuple.of(false, false),
                Tuple.of(false, true),
                Tuple.of(true, true)),
            Arbitraries.of(SinceSwitchover.class).injectNull(0.1))
        .as(
            (state, end, switched, domain, jobActive, paused, resumedOrPostCopy, since) ->
                Sample.source(state)
                    .sequence(10L)
                    .endSequence(end)
                    .switched(switched)
                    .domain(domain)
                    .jobActive(jobActive)
                    .justResumed(resumedOrPostCopy.get1())
                    .postCopyStarted(resumedOrPostCopy.get2() ? true : null)
                    .sinceSwitchover(since)
                    .needs(paused == null ? null : Sample.needs(paused))
                    .build());
  }

  private static Arbitrary<DestinationReport> destinations() {
    return Combinators.combine(
            Arbitraries.of(DestinationState.class),
            Arbitraries.of(Started.class).injectNull(0.1),
            domains().injectNull(0.1),
            Arbitraries.of(5L, 10L, 11L).injectNull(0.1),
            Arbitraries.frequency(Tuple.of(9, Sample.ATTEMPT), Tuple.of(1, "other/1")),
            Arbitraries.of(1).injectNull(0.5))
        .as(
            (state, started, domain, peer, attempt, done) ->
                Sample.destination(state)
                    .done(done)
                    .attemptUID(attempt)
                    .started(started)
                    .domain(domain)
                    .peerSequence(peer)
                    .build());
  }
}
