package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.Switchover;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Faults at the switch-over of a guest on a block device: no lock keeps a second copy from its
 * disk, so that there must be none.
 */
class StrictE2E extends MoveTest {
  @Override
  protected Guest createGuest(String name, String host) {
    return Guest.createOnBlockDevice(name, host);
  }

  /** libvirt itself would let both run, and write: the copy appears only after the call failed. */
  @Test
  void destinationsLibvirtdHangsUntilTheCallHasFailedAndThenGoesOn() {
    Moment.SwitchingOver.reach(move);
    assertThat(Api.status(move.name()).switchover()).isEqualTo(SwitchoverMode.Strict);
    // libvirt gives up, and lets the source go on.
    move.awaitGuest(move.source(), "running");

    lab("continue", "libvirtd", move.destination());

    var end = Api.awaitEnd(move.name());
    var settlement = end.getStatus().settlement();
    if (settlement != null) {
      assertThat(settlement.destination()).isEqualTo(DestinationOrder.Destroy);
    }
    assertTold(end, List.of("MigrationFailed"));
  }

  /** The copy at the destination is whole, but older than what the guest wrote at the source. */
  @Test
  void guestThatWentOnAtItsSourceAndDiedThereIsNotTakenUpFromItsOlderCopy() {
    Moment.SwitchingOver.reach(move);
    move.awaitGuest(move.source(), "running");

    lab("kill", "qemu", move.source(), move.guest().name());
    lab("continue", "libvirtd", move.destination());

    var end = Api.awaitEnd(move.name());
    assertThat(end.getStatus().source().sinceSwitchover()).isEqualTo(SinceSwitchover.WentOn);
    assertTold(end, List.of("GuestCrashed"));
  }

  /** With neither the API nor the source's agent to say so, the source's libvirt does. */
  @Test
  void guestGoesOnWhileTheApiServerIsAway() {
    move.orderSlowly();
    lab("kill", "apiserver");
    move.fast();
    move.awaitGuest(move.destination(), "running");
    lab("start", "apiserver");
    assertTold(Api.awaitEnd(move.name()), List.of("Migrated"));
  }

  @Test
  void guestGoesOnWithoutTheSourcesAgent() {
    move.orderSlowly();
    lab("kill", "agent", move.source());
    move.fast();
    move.awaitGuest(move.destination(), "running");
    assertThat(Api.phase(move.name())).isEqualTo(Phase.Migrating);
    lab("start", "agent", move.source());
    assertTold(Api.awaitEnd(move.name()), List.of("Migrated"));
  }

  /** Nobody else may let the copy go on: it waits for its agent. */
  @Test
  void copyWaitsForTheDestinationsAgent() {
    move.orderSlowly();
    lab("kill", "agent", move.destination());
    move.fast();
    move.awaitSourceEnd();
    assertThat(move.guest().stateOn(move.source())).isEmpty();
    assertThat(move.guest().stateOn(move.destination())).isEqualTo("paused");
    lab("start", "agent", move.destination());
    assertTold(Api.awaitEnd(move.name()), List.of("Migrated"));
  }

  /**
   * Ordered by a person in spite of the warning: libvirt lets both run, and the older copy is ended
   * as soon as both hosts have said so.
   */
  @Test
  void doubleRunOfAFastSwitchOverIsEnded() {
    move = move.handedOver(Switchover.Fast);
    Moment.SwitchingOver.reach(move);
    Fault.LinkCut.strike(move);
    Moment.SwitchingOver.release(move, Fault.LinkCut);
    Fault.LinkCut.mend(move);

    var end = Api.awaitEnd(move.name());

    assertThat(Api.reason(end)).isEqualTo("Migrated");
    assertThat(end.getStatus().checks())
        .anyMatch(check -> "SwitchoverUnprotected".equals(check.reason()));
    assertThat(end.getStatus().settlement().source()).isEqualTo(SourceOrder.Destroy);
    move.guest().assertRunsOnlyOn(move.destination());
    assertThat(move.guest().processesOn(move.source())).isZero();
    assertNothingLeft(end);
  }
}
