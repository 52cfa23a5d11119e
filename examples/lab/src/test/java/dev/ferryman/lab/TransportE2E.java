package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static dev.ferryman.lab.Lab.on;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.LiveMigration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The way between the libvirt daemons that this lab has; {@code lab test} takes each in turn. A
 * Strict move also needs it from the destination to the source, should the API server be away.
 */
class TransportE2E extends MoveTest {
  @Override
  protected Guest createGuest(String name, String host) {
    return Guest.createOnBlockDevice(name, host);
  }

  @Test
  void guestMovesByItAndIsToldWhetherAnybodyCanListen() {
    var transport = Api.host(move.source()).getStatus().migration().transport();
    move.order();

    var end = Api.awaitEnd(move.name());

    assertTold(end, List.of("Migrated"));
    assertThat(check(end, "DestinationReachable").outcome()).isEqualTo(CheckOutcome.Pass);
    assertThat(check(end, "SourceReachable").outcome()).isEqualTo(CheckOutcome.Pass);
    var encryption = check(end, "Encryption");
    assertThat(encryption.message()).contains("(" + transport + ")");
    assertThat(encryption.reason()).isEqualTo(transport.equals("tcp") ? "Unencrypted" : null);
  }

  @Test
  void destinationAsksTheSourcesLibvirtByIt() {
    move.orderSlowly();
    lab("kill", "apiserver");
    move.fast();
    move.awaitGuest(move.destination(), "running");
    lab("start", "apiserver");

    assertTold(Api.awaitEnd(move.name()), List.of("Migrated"));
  }

  /** Its moves there would be refused; those from there are not. */
  @Test
  void destinationThatDoesNotKnowItsSourcesNameWarns() {
    on(move.destination(), "cp", "/etc/hosts", "/root/hosts");
    try {
      on(move.destination(), "sed", "-i", "/ " + move.source() + "$/d", "/etc/hosts");
      move.order();

      var warning = check(Api.awaitEnd(move.name()), "SourceReachable");

      assertThat(warning.outcome()).isEqualTo(CheckOutcome.Warn);
      assertThat(warning.reason()).isEqualTo("SourceUnreachable");
      assertThat(warning.message()).startsWith("libvirt of " + move.source() + ": ");
    } finally {
      on(move.destination(), "mv", "/root/hosts", "/etc/hosts");
    }
    assertTold(Api.get(move.name()), List.of("Migrated"));
  }

  private static Check check(LiveMigration end, String name) {
    return end.getStatus().checks().stream()
        .filter(check -> check.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
