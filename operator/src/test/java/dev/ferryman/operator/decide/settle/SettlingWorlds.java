package dev.ferryman.operator.decide.settle;

import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Whatever two hosts may say, in whatever state they are. */
final class SettlingWorlds {
  private SettlingWorlds() {}

  static Arbitrary<SettlingWorld> worlds() {
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
        .as(SettlingWorld::new);
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
