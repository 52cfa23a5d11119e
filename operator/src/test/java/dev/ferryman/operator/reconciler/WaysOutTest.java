package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.settle.DestinationEvidence;
import dev.ferryman.operator.decide.settle.DestinationEvidence.CompletePaused;
import dev.ferryman.operator.decide.settle.DestinationEvidence.IncomingPaused;
import dev.ferryman.operator.decide.settle.DestinationEvidence.NeverStarted;
import dev.ferryman.operator.decide.settle.DestinationEvidence.RunningInPostCopy;
import dev.ferryman.operator.decide.settle.DestinationEvidence.StartedEnded;
import dev.ferryman.operator.decide.settle.DestinationEvidence.StartedPaused;
import dev.ferryman.operator.decide.settle.Evidence;
import dev.ferryman.operator.decide.settle.Row;
import dev.ferryman.operator.decide.settle.SourceEvidence;
import dev.ferryman.operator.decide.settle.SourceEvidence.Fenced;
import dev.ferryman.operator.decide.settle.SourceEvidence.Gone;
import dev.ferryman.operator.decide.settle.SourceEvidence.GuestEnd;
import dev.ferryman.operator.decide.settle.SourceEvidence.MayHaveSwitched;
import dev.ferryman.operator.decide.settle.SourceEvidence.NeverStopped;
import dev.ferryman.operator.decide.settle.SourceEvidence.Standing;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaysOutTest {
  private static final SourceEvidence GONE =
      new Gone(GuestEnd.Migrated, false, SinceSwitchover.StoodStill);

  private static String unproved(SourceEvidence source, DestinationEvidence destination) {
    return WaysOut.of(
        Sample.move(Phase.Settling),
        Row.OutcomeUnknown,
        new Evidence(source, destination, false, false));
  }

  @Test
  void theOnlyCopyIsNeverToBeDestroyed() {
    for (var source :
        List.of(
            GONE,
            new Gone(GuestEnd.Stopped, true, SinceSwitchover.StoodStill),
            new Fenced(false))) {
      for (var copy :
          List.of(
              new StartedPaused(null),
              new CompletePaused(true),
              new IncomingPaused(),
              new DestinationEvidence.Unclear())) {
        assertThat(unproved(source, copy))
            .startsWith("Do not destroy the copy on host-c")
            .contains("Resume it there")
            .doesNotContain("virsh destroy");
      }
    }
  }

  @Test
  void ofACopyThatMayBeOlderThanTheDisksBothWaysAreTold() {
    for (var source :
        List.of(
            new Gone(GuestEnd.Crashed, true, SinceSwitchover.Unknown),
            new Gone(GuestEnd.Crashed, true, SinceSwitchover.WentOn),
            new Fenced(true))) {
      assertThat(unproved(source, new CompletePaused(false)))
          .contains("older than the disks")
          .contains("virsh destroy")
          .contains("virsh resume");
    }
  }

  @Test
  void withoutAnyCopyNobodyIsToldToEndOne() {
    for (var nothing : List.of(new NeverStarted(null), new DestinationEvidence.AbsentUnproved())) {
      assertThat(unproved(GONE, nothing))
          .contains("on one host only")
          .doesNotContain("virsh destroy");
    }
  }

  @Test
  void besideASilentSourceNothingIsToBeStarted() {
    assertThat(unproved(new SourceEvidence.Silent(), new NeverStarted(null)))
        .contains("when host-b answers")
        .contains("Start or resume nothing on host-c")
        .doesNotContain("virsh destroy");
  }

  @Test
  void besideASilentDestinationTheSourceIsResumedOnlyWhenThatIsOff() {
    assertThat(
            unproved(
                new MayHaveSwitched(Standing.PausedByMigration, false),
                new DestinationEvidence.Silent()))
        .contains("only once host-c is powered off");
  }

  @Test
  void withTwoCopiesBothWaysAreTold() {
    assertThat(
            unproved(
                new MayHaveSwitched(Standing.PausedByMigration, false), new StartedPaused(null)))
        .contains("'virsh resume' on host-b")
        .contains("end the copy on host-b");
    assertThat(unproved(new NeverStopped(false), new IncomingPaused()))
        .contains("never stopped on host-b");
  }

  @Test
  void anUnclearSourceIsLookedAtFirst() {
    assertThat(unproved(new SourceEvidence.Unclear(), new CompletePaused(true)))
        .contains("Destroy neither");
  }

  @Test
  void inPostCopyNobodyIsToldToGoOnWithOneHalf() {
    var half = new MayHaveSwitched(Standing.PostCopyFailed, false);
    for (var copy :
        List.of(
            new NeverStarted(null),
            new DestinationEvidence.AbsentUnproved(),
            new DestinationEvidence.Unclear(),
            new StartedPaused("user"))) {
      assertThat(unproved(half, copy))
          .contains("As long as there is a copy on host-c, destroy neither")
          .doesNotContain("virsh resume");
    }
    for (var row :
        List.of(Row.HalfAtSilentSource, Row.HalfAtSilentDestination, Row.PostCopyEnding)) {
      assertThat(
              WaysOut.of(
                  Sample.move(Phase.Settling),
                  row,
                  new Evidence(half, new RunningInPostCopy(true), false, false)))
          .doesNotContain("virsh resume");
    }
  }

  @Test
  void ofALostGuestFirstTheRestIsToBeEndedAndThenLibvirtToBeStartedAnew() {
    assertThat(leftoverBeside(new RunningInPostCopy(true)))
        .contains("'virsh destroy' there")
        .doesNotContain("libvirtd");
    assertThat(leftoverBeside(new StartedEnded(GuestEnd.InPostCopy, true)))
        .contains("start libvirtd on host-b anew")
        .doesNotContain("virsh destroy");
  }

  private static String leftoverBeside(DestinationEvidence destination) {
    return WaysOut.of(
        Sample.move(Phase.Settling),
        Row.LostLeftover,
        new Evidence(
            new Gone(GuestEnd.Crashed, true, SinceSwitchover.StoodStill),
            destination,
            false,
            false));
  }
}
