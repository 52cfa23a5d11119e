package dev.ferryman.agent.decide;

import static dev.ferryman.agent.decide.OrderGuard.Permission.Act;
import static dev.ferryman.agent.decide.OrderGuard.Permission.AlreadySo;
import static dev.ferryman.agent.decide.OrderGuard.Permission.Refuse;
import static dev.ferryman.crds.livemigration.DomainState.Absent;
import static dev.ferryman.crds.livemigration.DomainState.Paused;
import static dev.ferryman.crds.livemigration.DomainState.Running;
import static dev.ferryman.crds.livemigration.DomainState.ShutOff;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.decide.OrderGuard.Permission;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.ProcessIdentity;
import dev.ferryman.crds.livemigration.SourceOrder;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class OrderGuardTest {
  private static final String ATTEMPT = "3f1c5f0e-0000-4000-8000-000000000001/1";
  private static final ProcessIdentity QEMU = new ProcessIdentity(100L, 5000L);
  private static final ProcessIdentity OTHER_QEMU = new ProcessIdentity(101L, 6000L);
  private static final DomainReport BEFORE = new DomainReport(Running, "booted", QEMU, null);
  private static final DomainReport OTHER_BEFORE =
      new DomainReport(Running, "booted", OTHER_QEMU, null);

  @ParameterizedTest(name = "{0} of {1} {2}, job active {3} -> {4}")
  @MethodSource("sourceOrders")
  void sourceActsOnlyOnTheCopyThatTheOrderWasFor(
      SourceOrder order,
      DomainState state,
      ProcessIdentity process,
      boolean jobActive,
      Permission expected) {
    var now = new DomainReport(state, null, process, null);
    assertThat(OrderGuard.permit(order, now, new OrderGuard.Source(BEFORE, jobActive, false)))
        .isEqualTo(expected);
  }

  static Stream<Arguments> sourceOrders() {
    return Stream.of(
        Arguments.of(SourceOrder.None, Running, QEMU, false, AlreadySo),
        Arguments.of(SourceOrder.Undefine, ShutOff, null, false, Act),
        Arguments.of(SourceOrder.Undefine, Absent, null, false, AlreadySo),
        Arguments.of(SourceOrder.Undefine, Running, QEMU, false, Refuse),
        Arguments.of(SourceOrder.Destroy, Paused, QEMU, false, Act),
        Arguments.of(SourceOrder.Destroy, Paused, QEMU, true, Act),
        Arguments.of(SourceOrder.Destroy, ShutOff, null, false, Act),
        Arguments.of(SourceOrder.Destroy, Absent, null, false, AlreadySo),
        Arguments.of(SourceOrder.Destroy, Paused, OTHER_QEMU, false, Refuse),
        Arguments.of(SourceOrder.Destroy, Running, QEMU, false, Refuse),
        Arguments.of(SourceOrder.Resume, Paused, QEMU, false, Act),
        Arguments.of(SourceOrder.Resume, Running, QEMU, false, AlreadySo),
        Arguments.of(SourceOrder.Resume, Paused, QEMU, true, Refuse),
        Arguments.of(SourceOrder.Resume, Paused, OTHER_QEMU, false, Refuse),
        Arguments.of(SourceOrder.Resume, ShutOff, null, false, Refuse),
        Arguments.of(SourceOrder.Resume, Absent, null, false, Refuse));
  }

  @ParameterizedTest(name = "{0} of {1} with mark {2} -> {3}")
  @MethodSource("destinationOrders")
  void destinationRemovesOnlyWhatTheAttemptMadeAndDoesNotRun(
      DestinationOrder order, DomainState state, String mark, Permission expected) {
    var now = new DomainReport(state, null, QEMU, mark);
    assertThat(OrderGuard.permit(order, now, false, ATTEMPT)).isEqualTo(expected);
  }

  static Stream<Arguments> destinationOrders() {
    return Stream.of(
        Arguments.of(DestinationOrder.None, Running, ATTEMPT, AlreadySo),
        Arguments.of(DestinationOrder.Resume, Paused, ATTEMPT, Act),
        Arguments.of(DestinationOrder.Resume, Running, ATTEMPT, AlreadySo),
        Arguments.of(DestinationOrder.Resume, Paused, "another/1", Refuse),
        Arguments.of(DestinationOrder.Resume, ShutOff, ATTEMPT, Refuse),
        Arguments.of(DestinationOrder.Destroy, Paused, ATTEMPT, Act),
        Arguments.of(DestinationOrder.Destroy, ShutOff, ATTEMPT, Act),
        Arguments.of(DestinationOrder.Destroy, Absent, null, AlreadySo),
        Arguments.of(DestinationOrder.Destroy, Paused, "another/1", Refuse),
        Arguments.of(DestinationOrder.Undefine, ShutOff, ATTEMPT, Act),
        Arguments.of(DestinationOrder.Undefine, ShutOff, null, Refuse),
        Arguments.of(DestinationOrder.Undefine, Paused, ATTEMPT, Refuse));
  }

  @Test
  void copyThatIsStillBeingReceivedIsNotResumed() {
    var now = new DomainReport(Paused, "migrating", QEMU, ATTEMPT);
    assertThat(OrderGuard.permit(DestinationOrder.Resume, now, true, ATTEMPT)).isEqualTo(Refuse);
  }

  @Test
  void runningCopyAtTheSourceYieldsOnlyIfLibvirtHasJustLetItGoOn() {
    var now = new DomainReport(Running, "migration canceled", QEMU, null);
    var later = new OrderGuard.Source(BEFORE, false, false);
    var just = new OrderGuard.Source(BEFORE, false, true);
    var another = new OrderGuard.Source(OTHER_BEFORE, false, true);

    assertThat(OrderGuard.permit(SourceOrder.Destroy, now, just)).isEqualTo(Act);
    assertThat(OrderGuard.permit(SourceOrder.Destroy, now, later)).isEqualTo(Refuse);
    assertThat(OrderGuard.permit(SourceOrder.Destroy, now, another)).isEqualTo(Refuse);
  }

  /** The instance came back, and was shut down: nothing else is left of it. */
  @ParameterizedTest
  @EnumSource(
      value = SourceOrder.class,
      names = {"Destroy", "Undefine"})
  void definitionThatALaterMoveMadeAtTheSourceIsNotRemoved(SourceOrder order) {
    var now = new DomainReport(ShutOff, "shutdown", null, "3f1c5f0e-0000-4000-8000-000000000002/1");
    assertThat(OrderGuard.permit(order, now, new OrderGuard.Source(BEFORE, false, false)))
        .isEqualTo(Refuse);
  }

  @ParameterizedTest
  @EnumSource(
      value = DestinationOrder.class,
      names = {"Destroy", "Undefine"})
  void runningCopyIsNeverRemoved(DestinationOrder order) {
    var now = new DomainReport(Running, "migrated", QEMU, ATTEMPT);
    assertThat(OrderGuard.permit(order, now, false, ATTEMPT)).isEqualTo(Refuse);
  }

  /** Each half of a guest in post-copy needs the other, until one of them is known to be lost. */
  @ParameterizedTest(name = "{0} of {1} -> {2}")
  @MethodSource("ordersInPostCopy")
  void aHalfInPostCopyIsNeitherEndedNorLetGoOnButByItsOwnOrders(
      SourceOrder order, String reason, Permission expected) {
    var now = new DomainReport(Paused, reason, QEMU, null);

    assertThat(OrderGuard.permit(order, now, new OrderGuard.Source(BEFORE, false, false)))
        .isEqualTo(expected);
    var another = new DomainReport(Paused, reason, OTHER_QEMU, null);
    assertThat(OrderGuard.permit(order, another, new OrderGuard.Source(BEFORE, false, false)))
        .as("another QEMU process")
        .isEqualTo(Refuse);
  }

  static Stream<Arguments> ordersInPostCopy() {
    return Stream.of(
        Arguments.of(SourceOrder.Destroy, "post-copy", Refuse),
        Arguments.of(SourceOrder.Destroy, "post-copy failed", Refuse),
        Arguments.of(SourceOrder.Resume, "post-copy", Refuse),
        Arguments.of(SourceOrder.Resume, "post-copy failed", Refuse),
        Arguments.of(SourceOrder.Undefine, "post-copy failed", Refuse),
        Arguments.of(SourceOrder.ResumePostCopy, "post-copy failed", Act),
        // libvirt 9.0 would forget the job.
        Arguments.of(SourceOrder.ResumePostCopy, "post-copy", Refuse),
        Arguments.of(SourceOrder.ResumePostCopy, "migrating", Refuse),
        Arguments.of(SourceOrder.DestroyRemains, "post-copy", Act),
        Arguments.of(SourceOrder.DestroyRemains, "post-copy failed", Act),
        Arguments.of(SourceOrder.DestroyRemains, "migrating", Refuse),
        Arguments.of(SourceOrder.DestroyRemains, "user", Refuse));
  }

  @Test
  void whatIsGoneNeedsNoOrderOfPostCopy() {
    var now = new DomainReport(ShutOff, "migrated", null, null);
    var source = new OrderGuard.Source(BEFORE, false, false);

    assertThat(OrderGuard.permit(SourceOrder.ResumePostCopy, now, source)).isEqualTo(AlreadySo);
    assertThat(OrderGuard.permit(SourceOrder.DestroyRemains, now, source)).isEqualTo(AlreadySo);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsReceivedInPostCopyIsNeverTouched(DestinationOrder order) {
    for (var state : new DomainState[] {Running, Paused}) {
      for (var reason : new String[] {"post-copy", "post-copy failed"}) {
        var now = new DomainReport(state, reason, QEMU, ATTEMPT);

        if (order != DestinationOrder.Resume) {
          assertThat(OrderGuard.permit(order, now, false, ATTEMPT)).isNotEqualTo(Act);
        }
      }
    }
  }
}
