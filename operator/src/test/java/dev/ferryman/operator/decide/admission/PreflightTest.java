package dev.ferryman.operator.decide.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PreflightTest {
  private static final Instant LATE = Sample.NOW.plusSeconds(30);
  private static final Check NOT_SHARED =
      Check.fail(CheckName.SharedStorage, Reason.StorageNotShared, "host-c", "/srv is not shared");

  private Host b = Sample.host("host-b");
  private Host c = Sample.host("host-c");
  private final SourceReport checked = Sample.source(SourceState.Checked).build();
  private final SourceReport checking = Sample.source(SourceState.Checking).build();
  private final DestinationReport accepted = Sample.destination(DestinationState.Checked).build();

  private Migration move(SourceReport source, DestinationReport destination) {
    return Sample.move(Phase.Checking, s -> s.source(source).destination(destination));
  }

  private Preflight judge(Migration move, Instant now) {
    return Preflight.judge(
        new Preflight.Question(move, Optional.of(b), Optional.of(c), Sample.NOW, now));
  }

  private static void assertBroken(Preflight preflight, Reason reason) {
    assertThat(preflight).isInstanceOf(Preflight.Broken.class);
    assertThat(((Preflight.Broken) preflight).reason()).isEqualTo(reason);
  }

  @Test
  void bothAgentsAgreeing() {
    assertThat(judge(move(checked, accepted), Sample.NOW)).isInstanceOf(Preflight.Accepted.class);
  }

  @Test
  void aMissingAnswerIsWaitedFor() {
    var until = new Preflight.Incomplete(LATE);
    assertThat(judge(move(null, null), Sample.NOW)).isEqualTo(until);
    assertThat(judge(move(checking, null), Sample.NOW)).isEqualTo(until);
    assertThat(judge(move(checking, accepted), Sample.NOW)).isEqualTo(until);
    assertThat(judge(move(checked, null), Sample.NOW)).isEqualTo(until);
  }

  @Test
  void theFiguresThatTheDestinationHasReadAreWaitedFor() {
    var stands = Sample.destination(DestinationState.Checked).hostSequence(7L).build();
    var both = move(checked, stands);
    assertThat(judge(both, Sample.NOW)).as("none yet").isEqualTo(new Preflight.Incomplete(LATE));
    c = Sample.with(c, s -> s.sequence(6L));
    assertThat(judge(both, Sample.NOW)).as("older").isEqualTo(new Preflight.Incomplete(LATE));
    assertBroken(judge(both, LATE), Reason.DestinationNoAnswer);

    for (var known : List.of(7L, 8L)) {
      c = Sample.with(c, s -> s.sequence(known));
      assertThat(judge(both, Sample.NOW)).isInstanceOf(Preflight.Accepted.class);
    }
  }

  @Test
  void aRefusalDoesNotWaitForFigures() {
    var refused =
        Sample.destination(DestinationState.Refused)
            .hostSequence(7L)
            .checks(List.of(NOT_SHARED))
            .build();

    assertThat(judge(move(checked, refused), Sample.NOW)).isInstanceOf(Preflight.Refused.class);
  }

  @Test
  void whoDoesNotAnswerInTimeIsNamed() {
    assertBroken(judge(move(null, null), LATE), Reason.SourceNoAnswer);
    assertBroken(judge(move(checking, null), LATE), Reason.DestinationNoAnswer);
    assertBroken(judge(move(checking, accepted), LATE), Reason.SourceNoAnswer);
  }

  @Test
  void whoseLivenessIsNotKnownIsNotBlamed() {
    b = Sample.with(b, Liveness.Unknown);

    assertThat(judge(move(null, null), LATE)).isEqualTo(new Preflight.Incomplete(null));
  }

  @Test
  void aRefusalIsToldWithEveryCheckOnceBothHaveAnswered() {
    var refused = Sample.destination(DestinationState.Refused).checks(List.of(NOT_SHARED)).build();

    assertThat(judge(move(checking, refused), Sample.NOW)).isInstanceOf(Preflight.Incomplete.class);
    var verdict = (Preflight.Refused) judge(move(checked, refused), Sample.NOW);
    assertThat(verdict.reason()).isEqualTo(Reason.StorageNotShared);
    assertThat(verdict.message()).isEqualTo("/srv is not shared");
    assertThat(verdict.checks()).contains(NOT_SHARED);
  }

  @Test
  void aSourceThatRefusesBeforeItNamesAnyNeedIsNotWaitedOnForTheDestination() {
    var off = Check.fail(CheckName.Instance, Reason.InstanceNotRunning, "host-b", "it is shut off");
    var source = Sample.source(SourceState.Refused).checks(List.of(off));

    var verdict = (Preflight.Refused) judge(move(source.needs(null).build(), null), Sample.NOW);
    assertThat(verdict.message()).isEqualTo("it is shut off");
    assertThat(verdict.checks()).containsExactly(off);
    assertThat(judge(move(source.needs(Sample.needs(false)).build(), null), Sample.NOW))
        .isInstanceOf(Preflight.Incomplete.class);
  }

  @Test
  void moreChecksThanAStatusHoldsHideNoObstacle() {
    var many = Collections.nCopies(70, new Check("Disk", CheckOutcome.Pass, null, null, null));
    var refused = Sample.destination(DestinationState.Refused).checks(List.of(NOT_SHARED)).build();
    var source = Sample.source(SourceState.Checked).checks(many).build();

    var verdict = (Preflight.Refused) judge(move(source, refused), Sample.NOW);
    assertThat(verdict.reason()).isEqualTo(Reason.StorageNotShared);
  }

  @Test
  void aRefusalIsTheCauseAlsoWhereTheOtherNeverAnswers() {
    var refused = Sample.destination(DestinationState.Refused).checks(List.of(NOT_SHARED)).build();

    assertBroken(judge(move(checking, refused), LATE), Reason.StorageNotShared);
  }

  @Test
  void hostsAreJudgedAgainBeforeTheStart() {
    var both = move(checked, accepted);
    var alive = b;
    b = Sample.with(alive, Liveness.Dead);
    assertBroken(judge(both, Sample.NOW), Reason.SourceNotAlive);
    b = Sample.notReady(alive);
    assertBroken(judge(both, Sample.NOW), Reason.SourceNotReady);
    b = Sample.with(alive, Liveness.Unknown);
    assertThat(judge(both, Sample.NOW)).isEqualTo(new Preflight.Incomplete(null));
    b = alive;
    c = Sample.with(c, Liveness.Dead);
    assertBroken(judge(both, Sample.NOW), Reason.DestinationNotAlive);
    c = Sample.notReady(Sample.host("host-c"));
    assertBroken(judge(both, Sample.NOW), Reason.DestinationNotReady);
  }

  @Test
  void aHostThatDiesWhileItChecksEndsTheWait() {
    c = Sample.with(c, Liveness.Dead);

    assertBroken(judge(move(checking, null), Sample.NOW), Reason.DestinationNotAlive);
  }

  @Test
  void aDestinationThatCannotRunTheGuestsTypeIsRefused() {
    var xen =
        Sample.source(SourceState.Checked)
            .needs(NeedsBuilder.builder(Sample.needs(false)).type("xen").build())
            .build();

    var verdict = (Preflight.Refused) judge(move(xen, accepted), Sample.NOW);
    assertThat(verdict.reason()).isEqualTo(Reason.HypervisorMismatch);
  }

  @Test
  void aCancelEndsTheChecks() {
    assertBroken(judge(Sample.cancelled(move(checked, accepted)), Sample.NOW), Reason.Cancelled);
  }

  @Test
  void anAgentThatWithdrawsIsNotOverruled() {
    var withdrawn = Sample.source(SourceState.CleanedUp).build();

    assertThat(judge(move(withdrawn, accepted), Sample.NOW)).isInstanceOf(Preflight.Refused.class);
  }
}
