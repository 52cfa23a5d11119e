package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static dev.ferryman.lab.Lab.on;
import static dev.ferryman.lab.Lab.tryOn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.livemigration.SourceOrder;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a host keeps for a guest outside of its XML, and libvirt does not carry: that it starts with
 * its host, and the file of its firmware's variables (NVRAM).
 */
class HostBoundE2E extends MoveTest {
  private String variables;

  @Override
  protected Guest createGuest(String name, String host) {
    return Guest.create(name, host, "--nvram");
  }

  @BeforeEach
  void startWithTheHost() {
    on(move.source(), "virsh", "autostart", move.guest().name());
    variables = variablesOn(move.source());
    assertThat(variables).isNotEmpty();
  }

  @Test
  void guestThatHasMovedStartsWithItsNewHost() {
    move.order();
    var end = Api.awaitEnd(move.name());
    assertStartsWith(move.destination());
    assertTold(end, List.of("Migrated"));
  }

  /** A host that boots in the middle of things would start a second copy. */
  @Test
  void guestOnItsWayStartsWithNoHostAndOneThatStaysWithItsOwn() {
    move.orderSlowly();
    assertThat(startsWith(move.source())).as("autostart on the source while it copies").isFalse();
    assertThat(startsWith(move.destination())).as("autostart on the way").isFalse();
    Api.cancel(move.name());
    var end = Api.awaitEnd(move.name());
    assertStartsWith(move.source());
    move.fast();
    assertTold(end, List.of("Cancelled"));
  }

  @Test
  void guestWhoseMoveHasFailedStartsWithItsOldHost() {
    move.orderSlowly();
    Fault.DestinationQemuKilled.strike(move);
    var end = Api.awaitEnd(move.name());
    assertStartsWith(move.source());
    move.fast();
    assertTold(end, List.of("MigrationFailed"));
  }

  /** libvirt itself refuses to undefine a domain with NVRAM, or removes the file, as it is told. */
  @Test
  void definitionLeftOnTheSourceGoesAndTheVariablesStay() {
    Moment.SwitchingOver.reach(move);
    Fault.LinkCut.strike(move);
    lab("stop", "operator");
    Moment.SwitchingOver.release(move, Fault.LinkCut);
    Fault.LinkCut.mend(move);
    assertThat(move.guest().stateOn(move.source())).isEqualTo("paused");
    lab("continue", "operator");
    var end = Api.awaitEnd(move.name());
    assertThat(end.getStatus().settlement().source()).isEqualTo(SourceOrder.Destroy);
    for (var host : Guest.COMPUTE_HOSTS) {
      assertThat(variablesOn(host)).as("variables seen on " + host).isEqualTo(variables);
    }
    // The destination learns of the source's end only by the outcome.
    await("autostart on " + move.destination())
        .atMost(Duration.ofSeconds(60))
        .until(() -> startsWith(move.destination()));
    assertStartsWith(move.destination());
    assertTold(end, List.of("Migrated"));
  }

  private void assertStartsWith(String host) {
    for (var each : Guest.COMPUTE_HOSTS) {
      assertThat(startsWith(each)).as("autostart on " + each).isEqualTo(each.equals(host));
    }
  }

  /** By libvirt's own file, which is there or not whether the guest is or not. */
  private boolean startsWith(String host) {
    var link = "/etc/libvirt/qemu/autostart/" + move.guest().name() + ".xml";
    return tryOn(host, "test", "-L", link).exitCode() == 0;
  }

  /** A fingerprint of the file; empty if there is none. */
  private String variablesOn(String host) {
    var file = "/var/lib/ferryman/instances/" + move.guest().name() + "/nvram.fd";
    return tryOn(host, "sha256sum", file).output();
  }
}
