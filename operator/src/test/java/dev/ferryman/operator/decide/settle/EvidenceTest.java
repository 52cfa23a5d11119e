package dev.ferryman.operator.decide.settle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.crds.livemigration.CallResult;
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
import dev.ferryman.crds.livemigration.SourceReportBuilder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.settle.SourceEvidence.Gone;
import dev.ferryman.operator.decide.settle.SourceEvidence.GuestEnd;
import dev.ferryman.operator.decide.settle.SourceEvidence.MayHaveSwitched;
import dev.ferryman.operator.decide.settle.SourceEvidence.Standing;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EvidenceTest {
  private final Host b = Sample.host("host-b");
  private final Host c = Sample.host("host-c");
  private final SourceReport gone =
      Sample.ended(Switched.Gone, DomainState.Absent, null)
          .libvirtdStartTime(1L)
          .result(new CallResult(0, null, null))
          .build();
  private final DestinationReport running =
      Sample.saw(Started.Started, DomainState.Running, "migrated").libvirtdStartTime(1L).build();

  private Optional<Evidence> read(
      Phase phase,
      SourceReport source,
      DestinationReport destination,
      Host from,
      Host to,
      boolean patient) {
    var move = Sample.move(phase, s -> s.source(source).destination(destination));
    return Evidence.of(move, Optional.ofNullable(from), Optional.ofNullable(to), patient);
  }

  private Evidence read(SourceReport source, DestinationReport destination) {
    return read(Phase.Migrating, source, destination, b, c, false).orElseThrow();
  }

  @Test
  void bothHostsWordsAreRead() {
    assertThat(read(gone, running))
        .isEqualTo(
            new Evidence(
                new Gone(GuestEnd.Migrated, false, SinceSwitchover.StoodStill),
                new DestinationEvidence.Running(),
                false,
                false));
  }

  @Test
  void aDestinationReadBeforeTheEndIsWaitedForAndThenCountsAsSilent() {
    var early = Sample.saw(Started.Started, DomainState.Running, null).peerSequence(9L).build();

    assertThat(read(Phase.Migrating, gone, early, b, c, true)).isEmpty();
    assertThat(read(gone, early).destination()).isEqualTo(new DestinationEvidence.Silent());
  }

  @Test
  void aDestinationThatHasNotSpokenIsWaitedFor() {
    assertThat(read(Phase.Migrating, gone, null, b, c, true)).isEmpty();
    assertThat(read(gone, null).destination()).isEqualTo(new DestinationEvidence.Silent());
  }

  @Test
  void aHostThatIsDeadOrNotReadyOrGoneIsSilentAtOnce() {
    for (var host : new Host[] {Sample.with(c, Liveness.Dead), Sample.notReady(c), null}) {
      assertThat(read(Phase.Migrating, gone, running, b, host, true).orElseThrow().destination())
          .isEqualTo(new DestinationEvidence.Silent());
    }
    for (var host : new Host[] {Sample.with(b, Liveness.Dead), Sample.notReady(b), null}) {
      assertThat(read(Phase.Migrating, gone, running, host, c, true).orElseThrow().source())
          .isEqualTo(new SourceEvidence.Silent());
    }
  }

  @Test
  void aWordOfAnEarlierBootOrLibvirtDaemonIsWaitedForAndThenCountsAsSilent() {
    for (var now :
        List.<UnaryOperator<HostResourceStatusBuilder>>of(
            s -> s.bootID("a later boot"), s -> s.libvirtdStartTime(2L))) {
      var from = Sample.with(b, now);
      var to = Sample.with(c, now);
      assertThat(read(Phase.Migrating, gone, running, from, c, true)).isEmpty();
      assertThat(read(Phase.Migrating, gone, running, b, to, true)).isEmpty();

      assertThat(read(Phase.Migrating, gone, running, from, c, false).orElseThrow())
          .isEqualTo(
              new Evidence(
                  new SourceEvidence.Silent(), new DestinationEvidence.Running(), false, false));
      assertThat(read(Phase.Migrating, gone, running, b, to, false).orElseThrow())
          .isEqualTo(
              new Evidence(
                  new Gone(GuestEnd.Migrated, false, SinceSwitchover.StoodStill),
                  new DestinationEvidence.Silent(),
                  false,
                  false));
    }
  }

  @Test
  void aDaemonThatOnlyOneOfReportAndHostHasSeenRefutesNothing() {
    var report = SourceReportBuilder.builder(gone).libvirtdStartTime(null).build();
    var host = Sample.with(b, s -> s.libvirtdStartTime(2L));

    assertThat(read(Phase.Migrating, report, running, host, c, true).orElseThrow().source())
        .isInstanceOf(Gone.class);
    host = Sample.with(b, s -> s.libvirtdStartTime(null));
    assertThat(read(Phase.Migrating, gone, running, host, c, true).orElseThrow().source())
        .isInstanceOf(Gone.class);
  }

  @Test
  void nothingIsReadWhileLivenessIsUnknown() {
    assertThat(read(Phase.Settling, gone, running, Sample.with(b, Liveness.Unknown), c, false))
        .isEmpty();
    assertThat(read(Phase.Settling, gone, running, b, Sample.with(c, Liveness.Unknown), false))
        .isEmpty();
  }

  @Test
  void aDomainWithoutTheAttemptsMarkIsNotItsCopy() {
    var stranger =
        Sample.saw(Started.Started, DomainState.Running, null)
            .domain(new DomainReport(DomainState.Running, null, null, null))
            .build();

    assertThat(read(gone, stranger).destination()).isEqualTo(new DestinationEvidence.Unclear());
  }

  @Test
  void aReportOnAnotherAttemptIsNoReport() {
    var other = Sample.saw(Started.Started, DomainState.Running, null).attemptUID("x/1").build();

    assertThat(read(gone, other).destination()).isEqualTo(new DestinationEvidence.Silent());
  }

  @Test
  void aRunningCallIsNeverJudgedWhileItsHostSpeaks() {
    var report = Sample.source(SourceState.Running).build();

    assertThat(read(Phase.Migrating, report, running, b, c, false)).isEmpty();
    assertThat(read(Phase.Settling, report, running, b, c, false)).isEmpty();
  }

  @Test
  void aRunningCallOnASilentHostIsSilence() {
    var report = Sample.source(SourceState.Running).build();

    assertThat(
            read(Phase.Migrating, report, running, Sample.with(b, Liveness.Dead), c, false)
                .orElseThrow()
                .source())
        .isEqualTo(new SourceEvidence.Silent());
  }

  @Test
  void aFencedBootCountsOnlyForThatBootAndOnlyWhileTheHostIsDead() {
    var report = Sample.source(SourceState.Running).build();
    var fenced = Sample.fenced(b, Sample.SOURCE_BOOT);

    assertThat(read(Phase.Migrating, report, running, fenced, c, false).orElseThrow().source())
        .isEqualTo(new SourceEvidence.Fenced(false));
    assertThat(
            read(Phase.Migrating, report, running, Sample.fenced(b, "other"), c, false)
                .orElseThrow()
                .source())
        .isEqualTo(new SourceEvidence.Silent());
    assertThat(
            read(Phase.Migrating, report, running, Sample.with(fenced, Liveness.Alive), c, false))
        .isEmpty();
  }

  @Test
  void aFencedHostThatLastSaidItsGuestWentOnIsKnownForThat() {
    var fenced = Sample.fenced(b, Sample.SOURCE_BOOT);
    var ranOn =
        Sample.ended(Switched.MayHaveSwitched, DomainState.Running, "migration canceled").build();
    var stood = Sample.ended(Switched.MayHaveSwitched, DomainState.Paused, "migrating").build();

    assertThat(read(Phase.Settling, ranOn, running, fenced, c, false).orElseThrow().source())
        .isEqualTo(new SourceEvidence.Fenced(true));
    assertThat(read(Phase.Settling, stood, running, fenced, c, false).orElseThrow().source())
        .isEqualTo(new SourceEvidence.Fenced(false));
  }

  @Test
  void aRecordedFenceOutlivesTheHostResource() {
    var report = Sample.source(SourceState.Running).build();

    assertThat(fenced(report, Sample.SOURCE_BOOT, Optional.empty()))
        .isEqualTo(new SourceEvidence.Fenced(false));
    assertThat(fenced(report, Sample.SOURCE_BOOT, Optional.of(Sample.with(b, Liveness.Dead))))
        .isEqualTo(new SourceEvidence.Fenced(false));
    assertThat(fenced(report, "other", Optional.empty())).isEqualTo(new SourceEvidence.Silent());
    assertThat(fenced(report, Sample.SOURCE_BOOT, Optional.of(Sample.notReady(b))))
        .isEqualTo(new SourceEvidence.Silent());
  }

  private SourceEvidence fenced(SourceReport report, String boot, Optional<Host> host) {
    var settlement =
        new Settlement(
            Sample.ATTEMPT, 1, "SourceFenced", SourceOrder.None, DestinationOrder.None, boot);
    var move =
        Sample.move(
            Phase.Settling, s -> s.source(report).destination(running).settlement(settlement));
    return Evidence.of(move, host, Optional.of(c), false).orElseThrow().source();
  }

  @Test
  void anAttemptIsNotStartedOnceTheApiForbidsTheStart() {
    var checked = Sample.source(SourceState.Checked).build();
    var refused = Sample.source(SourceState.Refused).build();

    assertThat(read(Phase.Settling, checked, null, b, c, false).orElseThrow().source())
        .isEqualTo(new SourceEvidence.NotStarted());
    assertThat(read(Phase.Migrating, refused, null, b, c, false).orElseThrow().source())
        .isEqualTo(new SourceEvidence.NotStarted());
    assertThat(read(Phase.Migrating, checked, null, b, c, false)).isEmpty();
  }

  @Test
  void aCleanedUpReportOfACallThatWasMadeIsNotNotStarted() {
    assertThat(read(Phase.Settling, gone, running, b, c, false).orElseThrow().source())
        .isInstanceOf(Gone.class);
  }

  @Test
  void theGuestsOwnEndIsToldFromAMigration() {
    assertThat(end("shutdown", DomainState.ShutOff, null)).isEqualTo(GuestEnd.Stopped);
    assertThat(end("crashed", DomainState.ShutOff, null)).isEqualTo(GuestEnd.Crashed);
    assertThat(end("failed", DomainState.ShutOff, null)).isEqualTo(GuestEnd.Crashed);
    assertThat(end(null, DomainState.Crashed, null)).isEqualTo(GuestEnd.Crashed);
    assertThat(end("migrated", DomainState.ShutOff, null)).isEqualTo(GuestEnd.Migrated);
    assertThat(end(null, DomainState.Absent, 0)).isEqualTo(GuestEnd.Migrated);
    assertThat(end(null, DomainState.Absent, 38)).isEqualTo(GuestEnd.Stopped);
  }

  private GuestEnd end(String reason, DomainState state, Integer code) {
    var report =
        Sample.ended(Switched.Gone, state, reason)
            .result(code == null ? null : new CallResult(code, null, null))
            .build();
    return ((Gone) read(report, running).source()).end();
  }

  @Test
  void aSourceThatClaimsToBeGoneAndIsActiveIsUnclear() {
    var report = Sample.ended(Switched.Gone, DomainState.Running, null).build();

    assertThat(read(report, running).source()).isEqualTo(new SourceEvidence.Unclear());
  }

  @Test
  void aSourceOnWhichLibvirtStillWorksIsUnclear() {
    var report = Sample.ended(Switched.Gone, DomainState.Absent, null).jobActive(true).build();

    assertThat(read(report, running).source()).isEqualTo(new SourceEvidence.Unclear());
  }

  @Test
  void whoPausedTheSourceIsKept() {
    assertThat(standing("migrating")).isEqualTo(Standing.PausedByMigration);
    assertThat(standing("I/O error")).isEqualTo(Standing.PausedOtherwise);
    assertThat(standing(null)).isEqualTo(Standing.PausedOtherwise);
  }

  @Test
  void anAgentsPauseThatLibvirtHasForgottenIsNoPersons() {
    assertThat(standing("user", true)).isEqualTo(Standing.PausedToFinish);
    assertThat(standing("user", null)).isEqualTo(Standing.PausedOtherwise);
    assertThat(standing("I/O error", true)).isEqualTo(Standing.PausedOtherwise);
    assertThat(standing("migrating", true)).isEqualTo(Standing.PausedByMigration);
  }

  @Test
  void aHalfOfAGuestIsKnownAsOne() {
    assertThat(standing("post-copy")).isEqualTo(Standing.PostCopy);
    assertThat(standing("post-copy failed")).isEqualTo(Standing.PostCopyFailed);
    assertThat(at(Started.Started, DomainState.Running, "post-copy"))
        .isEqualTo(new DestinationEvidence.RunningInPostCopy(false));
    assertThat(at(Started.Started, DomainState.Running, "post-copy failed"))
        .isEqualTo(new DestinationEvidence.RunningInPostCopy(true));
    assertThat(
            read(
                    Sample.ended(Switched.NeverStopped, DomainState.Paused, "post-copy").build(),
                    running)
                .source())
        .as("it has stopped, whatever else its host says")
        .isEqualTo(new MayHaveSwitched(Standing.PostCopy, false));
  }

  @Test
  void afterPostCopyOnlyAGuestThatHasArrivedOrLeftIsWhole() {
    var half =
        Sample.ended(Switched.MayHaveSwitched, DomainState.Paused, "post-copy failed").build();
    var stopped = Sample.ended(Switched.Gone, DomainState.ShutOff, "unknown");
    var left = Sample.ended(Switched.Gone, DomainState.ShutOff, "migrated");
    var arrived = Sample.saw(Started.Started, DomainState.Running, "migrated").build();
    var unpaused = Sample.saw(Started.Started, DomainState.Running, "unpaused").build();

    assertThat(read(half, arrived).destination()).isEqualTo(new DestinationEvidence.Running());
    assertThat(read(half, unpaused).destination()).isEqualTo(new DestinationEvidence.Unclear());
    assertThat(read(stopped.postCopyStarted(true).build(), unpaused).destination())
        .isEqualTo(new DestinationEvidence.Unclear());
    assertThat(read(stopped.postCopyStarted(null).build(), unpaused).destination())
        .isEqualTo(new DestinationEvidence.Running());
    assertThat(read(left.postCopyStarted(true).build(), unpaused).destination())
        .isEqualTo(new DestinationEvidence.Running());
  }

  @Test
  void aCopyThatEndsInPostCopyTakesTheGuestWithItUnlessItShutItselfDown() {
    var half =
        Sample.ended(Switched.MayHaveSwitched, DomainState.Paused, "post-copy failed").build();

    assertThat(
            read(half, Sample.saw(Started.Started, DomainState.ShutOff, "crashed").build())
                .destination())
        .isEqualTo(new DestinationEvidence.StartedEnded(GuestEnd.InPostCopy, true));
    assertThat(
            read(half, Sample.saw(Started.Started, DomainState.Absent, null).build()).destination())
        .isEqualTo(new DestinationEvidence.StartedEnded(GuestEnd.InPostCopy, false));
    assertThat(
            read(half, Sample.saw(Started.Started, DomainState.ShutOff, "shutdown").build())
                .destination())
        .isEqualTo(new DestinationEvidence.StartedEnded(GuestEnd.Stopped, true));
  }

  @Test
  void thatTheGuestIsLostOutlivesWhatWasLeftOfIt() {
    assertThat(endAfter(Row.DiscardRemains, null, null)).isEqualTo(GuestEnd.InPostCopy);
    assertThat(endAfter(Row.LostLeftover, null, null)).isEqualTo(GuestEnd.InPostCopy);
    assertThat(endAfter(Row.LookForRest, null, null)).isEqualTo(GuestEnd.Stopped);
    assertThat(endAfter(Row.LookForRest, null, 1)).isEqualTo(GuestEnd.Stopped);
    assertThat(endAfter(Row.LookForRest, null, 2)).isEqualTo(GuestEnd.InPostCopy);
    assertThat(endAfter(Row.LookForRest, "migrated", 2)).isEqualTo(GuestEnd.Migrated);
    assertThat(endAfter(Row.PostCopyBroken, null, 2)).isEqualTo(GuestEnd.Stopped);
  }

  private GuestEnd endAfter(Row row, @Nullable String reason, @Nullable Integer done) {
    var source =
        Sample.ended(
                Switched.Gone, reason == null ? DomainState.Absent : DomainState.ShutOff, reason)
            .build();
    var settlement =
        new Settlement(
            Sample.ATTEMPT, 2, row.name(), SourceOrder.None, DestinationOrder.None, null);
    var destination =
        Sample.saw(Started.Started, DomainState.Running, "post-copy failed").done(done).build();
    var move =
        Sample.move(
            Phase.Settling, s -> s.source(source).destination(destination).settlement(settlement));
    var evidence = Evidence.of(move, Optional.of(b), Optional.of(c), false).orElseThrow();
    return ((Gone) evidence.source()).end();
  }

  private Standing standing(String reason) {
    return standing(reason, null);
  }

  private Standing standing(String reason, @Nullable Boolean pausedToFinish) {
    var report =
        Sample.ended(Switched.MayHaveSwitched, DomainState.Paused, reason)
            .pausedToFinish(pausedToFinish)
            .build();
    return ((MayHaveSwitched) read(report, running).source()).standing();
  }

  @Test
  void theDestinationsCopyIsRead() {
    assertThat(at(Started.NeverStarted, DomainState.Absent, null))
        .isEqualTo(new DestinationEvidence.NeverStarted(null));
    assertThat(at(Started.NeverStarted, DomainState.ShutOff, "failed"))
        .isEqualTo(new DestinationEvidence.NeverStarted(GuestEnd.Crashed));
    assertThat(at(Started.NeverStarted, DomainState.Paused, "user"))
        .isEqualTo(new DestinationEvidence.CompletePaused(true));
    assertThat(at(Started.Unknown, DomainState.Paused, "user"))
        .isEqualTo(new DestinationEvidence.CompletePaused(false));
    assertThat(at(Started.NeverStarted, DomainState.Paused, "migrating"))
        .isEqualTo(new DestinationEvidence.IncomingPaused());
    assertThat(at(Started.Started, DomainState.Paused, "user"))
        .isEqualTo(new DestinationEvidence.StartedPaused("user"));
    assertThat(at(Started.Started, DomainState.Paused, "I/O error"))
        .isEqualTo(new DestinationEvidence.StartedPaused("I/O error"));
    assertThat(at(Started.Started, DomainState.PMSuspended, null))
        .isEqualTo(new DestinationEvidence.StartedPaused("suspended by the guest"));
    for (var reason : Arrays.asList("migrating", "post-copy failed", "starting up", null)) {
      assertThat(at(Started.Started, DomainState.Paused, reason))
          .isEqualTo(new DestinationEvidence.StartedPaused(null));
    }
    assertThat(at(Started.Started, DomainState.ShutOff, "shutdown"))
        .isEqualTo(new DestinationEvidence.StartedEnded(GuestEnd.Stopped, true));
    assertThat(at(Started.Started, DomainState.Absent, null))
        .isEqualTo(new DestinationEvidence.StartedEnded(GuestEnd.Stopped, false));
    assertThat(at(Started.Unknown, DomainState.Running, null))
        .isEqualTo(new DestinationEvidence.Running());
    assertThat(at(Started.Unknown, DomainState.Absent, null))
        .isEqualTo(new DestinationEvidence.AbsentUnproved());
    assertThat(at(null, DomainState.Absent, null)).isEqualTo(new DestinationEvidence.Unclear());
    assertThat(at(Started.NeverStarted, DomainState.Crashed, null))
        .isEqualTo(new DestinationEvidence.NeverStarted(GuestEnd.Crashed));
  }

  private DestinationEvidence at(Started started, DomainState state, String reason) {
    return read(gone, Sample.saw(started, state, reason).build()).destination();
  }

  @Test
  void aHostOwesItsCleanUpOnlyWhileItAnswers() {
    var move =
        Sample.move(
            Phase.Settling,
            s ->
                s.source(Sample.source(SourceState.Ended).build())
                    .destination(Sample.destination(DestinationState.Checking).build()));

    assertThat(Cleanliness.owing(move, Optional.of(b), Optional.of(c)))
        .containsExactly("host-b", "host-c");
    assertThat(
            Cleanliness.owing(
                move, Optional.of(Sample.with(b, Liveness.Dead)), Optional.of(Sample.notReady(c))))
        .isEmpty();
    assertThat(
            Cleanliness.owing(
                move, Optional.of(Sample.with(b, Liveness.Unknown)), Optional.empty()))
        .containsExactly("host-b");
  }

  @Test
  void aHalfThatIsMissingIsNotClean() {
    assertThat(Cleanliness.owing(Sample.move(Phase.Settling), Optional.of(b), Optional.of(c)))
        .containsExactly("host-b", "host-c");
  }

  @Test
  void aCheckedDestinationIsCleanOnlyWithoutACopy() {
    var move =
        Sample.move(
            Phase.Settling,
            s ->
                s.source(Sample.source(SourceState.CleanedUp).build())
                    .destination(
                        Sample.saw(Started.NeverStarted, DomainState.Paused, "migrating")
                            .state(DestinationState.Checked)
                            .build()));

    assertThat(Cleanliness.owing(move, Optional.of(b), Optional.of(c))).containsExactly("host-c");
  }

  @Test
  void aCheckedSourceMayStillHaveItsMarkersDown() {
    var move =
        Sample.move(
            Phase.Settling,
            s ->
                s.source(Sample.source(SourceState.Checked).build())
                    .destination(Sample.destination(DestinationState.Refused).build()));

    assertThat(Cleanliness.owing(move, Optional.of(b), Optional.of(c))).containsExactly("host-b");
  }
}
