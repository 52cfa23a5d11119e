package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.on;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.Phase;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/**
 * Holds the outcome that a move's object tells against what is on the hosts: exactly one running
 * copy of the same run of the guest, where the object says, complete, and nothing else left.
 *
 * <p>That never two ran is the heartbeats' proof: a second copy, or one that goes on from an older
 * state, would beat a number again within 20 ms.
 */
final class Truth {
  private static final String LOST = "GuestLost";

  private final Move move;
  private final String bootId;
  private final Map<String, Integer> logged;

  private Truth(Move move, String bootId, Map<String, Integer> logged) {
    this.move = move;
    this.bootId = bootId;
    this.logged = logged;
  }

  /**
   * Remembers which run of the guest it is, before anything happens, and what libvirt has noted.
   */
  static Truth before(Move move) {
    return new Truth(move, move.guest().bootId(), QemuLog.lengths(move.guest().name()));
  }

  /**
   * The outcome is one of those reasons, and all that it means is so. A guest may also be lost if
   * libvirt itself has ended it.
   */
  void assertTold(LiveMigration end, Collection<String> reasons) {
    var reason = Api.reason(end);
    if (!reason.equals(LOST) || !QemuLog.saysEndedByLibvirtSince(logged, move.guest().name())) {
      assertThat(reasons).as("%s: %s", reason, Api.message(end)).contains(reason);
    }
    assertThat(end.getStatus().phase()).as(Api.message(end)).isEqualTo(phaseOf(reason));
    switch (phaseOf(reason)) {
      case Succeeded -> assertRunsOn(move.destination());
      case Cancelled -> assertRunsOn(move.source());
      default -> {
        if (reason.equals(LOST)) {
          assertLost();
        } else if (hasGuestEnded(reason)) {
          assertRunsNowhere();
        } else {
          assertRunsOn(move.source());
        }
      }
    }
    LabTest.assertNothingLeft(end);
  }

  /** Whether an outcome says that the guest runs no more. */
  static boolean hasGuestEnded(String reason) {
    return Set.of("GuestStopped", "GuestCrashed", LOST, "InstanceNotRunning").contains(reason);
  }

  private static Phase phaseOf(String reason) {
    return switch (reason) {
      case "Migrated" -> Phase.Succeeded;
      case "Cancelled" -> Phase.Cancelled;
      default -> Phase.Failed;
    };
  }

  /** It runs there, is defined nowhere else, has no process anywhere else, and has lost nothing. */
  void assertRunsOn(String host) {
    var guest = move.guest();
    guest.assertRunsOnlyOn(host);
    for (var each : Guest.COMPUTE_HOSTS) {
      assertThat(guest.processesOn(each))
          .as("QEMU processes of %s on %s", guest.name(), each)
          .isEqualTo(each.equals(host) ? 1 : 0);
    }
    guest.awaitBeating().assertNoHeartbeatLost();
    assertThat(guest.bootId()).as("the same run of the guest").isEqualTo(bootId);
    guest.assertDiskComplete();
  }

  /**
   * What may be left of it at the destination is a person's to end; it is defined there, and is
   * started anew.
   */
  private void assertLost() {
    var guest = move.guest();
    if (guest.stateOn(move.destination()).equals("running")) {
      assertThat(Lab.destroy(move.destination(), guest.name())).isEmpty();
    }
    assertRunsNowhere();
    on(move.destination(), "virsh", "start", guest.name());
    guest.awaitBeating();
  }

  /** Nothing was resurrected, and one definition of it, the last, is kept. */
  private void assertRunsNowhere() {
    var guest = move.guest();
    for (var each : Guest.COMPUTE_HOSTS) {
      assertThat(guest.processesOn(each))
          .as("QEMU processes of %s on %s", guest.name(), each)
          .isZero();
    }
    assertThat(guest.stateOn(move.source()) + guest.stateOn(move.destination()))
        .as("states of the definitions of " + guest.name())
        .isIn("shut off", "crashed");
    guest.assertNoHeartbeatLost();
  }
}
