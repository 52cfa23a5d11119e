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

  private static final String NETWORK =
      "<network><name>lab-screens</name><forward mode='bridge'/><bridge name='br0'/></network>";

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
      assertNothingLeft(refused);
    } finally {
      on(move.source(), "ip", "addr", "del", subnet + "1/24", "dev", "br0");
    }
  }

  /** QEMU would find out of the TCP ports when it starts, and share the UDP port. */
  @Test
  void guestIsRefusedWhereAnotherHasItsFixedPorts() {
    var devices =
        new String[] {
          "--device",
          "<graphics type='vnc' port='5987' autoport='no' listen='0.0.0.0'/>",
          "--device",
          "<video><model type='none'/></video>",
          "--device",
          "<serial type='tcp'><source mode='bind' host='127.0.0.1' service='5487'/></serial>",
          "--device",
          "<serial type='udp'><source mode='bind' host='127.0.0.1' service='5488'/>"
              + "<source mode='connect' host='127.0.0.1' service='5489'/></serial>"
        };
    try (var guest = Guest.create("at-" + migration, move.source(), devices)) {
      try (var other = Guest.create("there-" + migration, move.destination(), devices)) {
        Api.order(migration, guest.name(), move.destination());

        var refused = Api.awaitEnd(migration);

        assertThat(Api.reason(refused)).isEqualTo("ListenAddressUnavailable");
        assertThat(Api.message(refused))
            .contains(
                "graphics vnc listens on 0.0.0.0 port 5987",
                "serial tcp listens on 127.0.0.1 port 5487",
                "serial udp listens on 127.0.0.1 UDP port 5488");
        guest.assertRunsOnlyOn(move.source());
        other.assertRunsOnlyOn(move.destination());
      }
      Api.order(migration + "-again", guest.name(), move.destination());
      assertThat(Api.reason(Api.awaitEnd(migration + "-again"))).isEqualTo("Migrated");
      assertThat(displayOf(guest, move.destination())).isEqualTo(":87");
    }
  }

  @Test
  void screenInALibvirtNetworkIsOnThatNetworksAddressOfTheNewHost() {
    try (var guest = Guest.create("nw-" + migration, "host-b", "--vnc")) {
      for (var host : Guest.COMPUTE_HOSTS) {
        on(host, "bash", "-c", "virsh -q net-define <(echo \"$1\")", "bash", NETWORK);
        on(host, "virsh", "-q", "net-start", "lab-screens");
      }
      showIn(guest, "host-b");
      assertThat(displayOf(guest, "host-b")).startsWith(addressOf("host-b") + ":");
      Api.order(migration, guest.name(), "host-c");
      assertThat(Api.reason(Api.awaitEnd(migration))).isEqualTo("Migrated");
      assertThat(displayOf(guest, "host-c")).startsWith(addressOf("host-c") + ":");

      on("host-b", "virsh", "-q", "net-destroy", "lab-screens");
      Api.order(migration + "-back", guest.name(), "host-b");
      var refused = Api.awaitEnd(migration + "-back");
      assertThat(Api.reason(refused)).isEqualTo("NetworkMissing");
      assertThat(Api.message(refused)).contains("lab-screens");
      guest.assertRunsOnlyOn("host-c");
      assertNothingLeft(refused);
    } finally {
      for (var host : Guest.COMPUTE_HOSTS) {
        tryOn(host, "virsh", "-q", "net-destroy", "lab-screens");
        tryOn(host, "virsh", "-q", "net-undefine", "lab-screens");
      }
    }
  }

  /** Starts the guest anew, with a screen in the network. */
  private static void showIn(Guest guest, String host) {
    Restart.withDefinition(
        guest,
        host,
        "/<graphics/,/<.graphics>/d;"
            + " s#<video>#<graphics type='vnc' autoport='yes'>"
            + "<listen type='network' network='lab-screens'/></graphics><video>#");
  }

  private static String displayOf(Guest guest, String host) {
    return on(host, "virsh", "-q", "vncdisplay", guest.name()).strip();
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
    var display = displayOf(move.guest(), host);
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
