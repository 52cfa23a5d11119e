package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.on;
import static dev.ferryman.lab.Lab.tryOn;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A guest whose screen and serial line are on its host's own address keeps both when it moves. */
class ListenE2E extends MoveTest {
  /** Of a host's interface, as ip writes it. */
  private static final Pattern ADDRESS = Pattern.compile("inet ([0-9.]+)/");

  @Override
  protected Guest createGuest(String name, String host) {
    return Guest.create(name, host, "--vnc");
  }

  @Test
  void screenAndSerialLineAreOnTheNewHostsAddress() {
    var before = addressOf(move.source());
    var after = addressOf(move.destination());
    assertListens(move.source(), before);

    move.order();
    var end = Api.awaitEnd(move.name());

    assertListens(move.destination(), after);
    for (var definition : List.of(xml(), xml("--inactive"))) {
      assertThat(definition).contains("listen='" + after + "'", "host='" + after + "'");
      assertThat(definition).doesNotContain("'" + before + "'");
    }
    assertTold(end, List.of("Migrated"));
  }

  /** The host has lost its address in the network that the screen is shown in. */
  @Test
  void guestIsRefusedWhereTheDestinationHasNoAddressInThatSubnet() {
    var subnet = "10.99.77.";
    on(move.source(), "ip", "addr", "add", subnet + "1/24", "dev", "br0");
    try (var guest = Guest.create("on-" + migration, move.source(), "--vnc")) {
      // libvirt lets it listen elsewhere from its next start on.
      redefine(guest, move.source(), addressOf(move.source()), subnet + "1");
      Api.order(migration, guest.name(), move.destination(), move.switchover());

      var refused = Api.awaitEnd(migration);

      assertThat(Api.reason(refused)).isEqualTo("ListenAddressUnavailable");
      assertThat(Api.message(refused)).contains(subnet + "1", subnet + "0/24");
      guest.assertRunsOnlyOn(move.source());
    } finally {
      on(move.source(), "ip", "addr", "del", subnet + "1/24", "dev", "br0");
    }
  }

  private static void redefine(Guest guest, String host, String from, String to) {
    on(
        host,
        "bash",
        "-c",
        String.format(
            Locale.ROOT,
            "virsh dumpxml --inactive %1$s | sed 's/%2$s/%3$s/g' > /root/%1$s.xml"
                + " && virsh define /root/%1$s.xml && rm /root/%1$s.xml",
            guest.name(),
            from,
            to));
  }

  private void assertListens(String host, String address) {
    var display = on(host, "virsh", "-q", "vncdisplay", move.guest().name()).strip();
    assertThat(display).as("screen on " + host).startsWith(address + ":");
    var serial = Integer.parseInt(move.guest().ip().replaceAll(".*\\.", "")) + 5500;
    for (var port : List.of(5900 + Integer.parseInt(display.replaceAll(".*:", "")), serial)) {
      assertThat(tryOn(host, "bash", "-c", "exec 3<>/dev/tcp/" + address + "/" + port).exitCode())
          .as("connection to port %d of %s", port, host)
          .isZero();
    }
  }

  private String xml(String... options) {
    var command = new ArrayList<String>(List.of("virsh", "dumpxml"));
    command.addAll(List.of(options));
    command.add(move.guest().name());
    return on(move.destination(), command.toArray(String[]::new));
  }

  private static String addressOf(String host) {
    var found = ADDRESS.matcher(on(host, "ip", "-4", "addr", "show", "dev", "br0"));
    assertThat(found.find()).isTrue();
    return found.group(1);
  }
}
