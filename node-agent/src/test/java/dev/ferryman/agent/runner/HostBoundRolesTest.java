package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.libvirt.MigrationRequest;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.ListenAddress;
import dev.ferryman.crds.livemigration.ListenNeed;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a guest takes from its host, from its XML at the source to that of its copy. */
class HostBoundRolesTest extends SceneTest {
  private static final String SUBNET = "10.7.0.0/24";

  @BeforeEach
  void aGuestWhoseConsoleIsOnItsHostsAddress() {
    scene.hostB.objects.addresses.put("10.7.0.2", SUBNET);
    scene.guest.device("<graphics type='vnc' listen='10.7.0.2'/>");
  }

  @Test
  void consoleIsOnTheDestinationsAddressAfterwards() throws InterruptedException {
    scene.hostC.objects.addresses.put("10.7.0.3", SUBNET);

    var request = moved();

    assertThat(scene.api.status().source().needs().listenAddresses())
        .containsExactly(new ListenNeed("graphics vnc", "10.7.0.2", SUBNET, null, null));
    for (var xml : List.of(request.destinationXml(), request.persistentXml())) {
      assertThat(xml).contains("listen=\"10.7.0.3\"").doesNotContain("10.7.0.2");
    }
  }

  @Test
  void addressThatBothHostsHaveStays() throws InterruptedException {
    scene.hostC.objects.addresses.put("10.7.0.3", SUBNET);
    scene.hostC.objects.addresses.put("10.7.0.2", "10.7.0.2/32");

    assertThat(moved().destinationXml()).contains("10.7.0.2");
  }

  @Test
  void guestWhoseConsoleWouldBeLostIsRefused() {
    assertThat(refusals()).containsExactly("ListenAddressUnavailable");
  }

  @Test
  void addressThatFollowsTheGuestIsTriedAtTheDestination() {
    scene.hostC.objects.addresses.put("10.7.0.3", SUBNET);
    scene.guest.device("<serial type='tcp'><source mode='bind' host='10.8.0.9'/></serial>");

    assertThat(refusals()).containsExactly("ListenAddressUnavailable");
    assertThat(scene.api.status().destination().checks().toString()).contains("10.8.0.9");
  }

  @Test
  void addressThatCanBeHadAtTheDestinationStays() throws InterruptedException {
    scene.hostC.objects.addresses.put("10.7.0.3", SUBNET);
    scene.hostC.objects.bindable.add("10.8.0.9");
    scene.guest.device("<serial type='tcp'><source mode='bind' host='10.8.0.9'/></serial>");

    assertThat(moved().destinationXml()).contains("10.8.0.9", "10.7.0.3");
  }

  @Test
  void portThatIsTakenAtTheDestinationIsRefused() {
    scene.hostC.objects.addresses.put("10.7.0.3", SUBNET);
    scene.hostC.objects.taken.addAll(List.of(4777, 4778));
    scene.guest.device(
        "<serial type='tcp'><source mode='bind' host='127.0.0.1' service='4777'/></serial>");
    scene.guest.device(
        "<serial type='udp'><source mode='bind' host='10.7.0.2' service='4778'/></serial>");

    assertThat(refusals()).containsExactly("ListenAddressUnavailable");
    assertThat(scene.api.status().destination().checks().toString())
        .contains(
            "serial tcp listens on 127.0.0.1 port 4777",
            "serial udp listens on 10.7.0.2 UDP port 4778",
            "on 10.7.0.3 here");
  }

  @Test
  void fixedPortThatIsFreeStays() throws InterruptedException {
    scene.hostC.objects.addresses.put("10.7.0.3", SUBNET);
    scene.guest.device(
        "<serial type='tcp'><source mode='bind' host='127.0.0.1' service='4777'/></serial>");

    assertThat(moved().destinationXml()).contains("127.0.0.1", "4777");
    assertThat(scene.api.status().destination().listenAddresses())
        .containsExactly(new ListenAddress("10.7.0.2", "10.7.0.3"));
  }

  @Test
  void logFileWithoutItsDirectoryIsRefused() {
    scene.hostC.objects.addresses.put("10.7.0.3", SUBNET);
    var logs = directory.resolve("local/logs");
    scene.guest.device("<serial type='pty'><log file='" + logs + "/g1.log'/></serial>");

    assertThat(refusals()).containsExactly("LogPathMissing");
  }

  @Test
  void fileThatTheDestinationLacksIsRefused() throws IOException {
    scene.hostC.objects.addresses.put("10.7.0.3", SUBNET);
    Files.createDirectories(scene.localOn("host-b"));
    Files.createFile(scene.localOn("host-b").resolve("a.rom"));
    openRom();

    assertThat(refusals()).containsExactly("HostFileMissing");
    assertThat(scene.api.status().destination().checks().toString()).contains("local/a.rom");
  }

  @Test
  void fileThatTheDestinationHasAsWellIsNoObstacle() throws Exception {
    scene.hostC.objects.addresses.put("10.7.0.3", SUBNET);
    Files.createDirectories(scene.localOn("host-c"));
    Files.createFile(scene.localOn("host-c").resolve("a.rom"));
    openRom();

    assertThat(moved().destinationXml()).contains("a.rom");
  }

  @Test
  void pathThatDoesInsteadIsEnough() throws Exception {
    scene.hostC.objects.addresses.put("10.7.0.3", SUBNET);
    Files.createDirectories(scene.localOn("host-c"));
    Files.createFile(scene.localOn("host-c").resolve("line"));
    var path = directory.resolve("local/line");
    scene.guest.device("<serial type='pipe'><source path='" + path + "'/></serial>");

    assertThat(moved().destinationXml()).contains("local/line");
  }

  private void openRom() {
    var rom = directory.resolve("local/a.rom");
    scene.guest.device("<interface type='user'><rom file='" + rom + "'/></interface>");
  }

  /** What libvirt was asked for. */
  private MigrationRequest moved() throws InterruptedException {
    var migration = scene.orderAndStart();
    migration.succeed();
    return migration.request();
  }

  private List<String> refusals() {
    scene.order();
    var status =
        scene.await(
            "refused",
            now ->
                now.destination() != null && now.destination().state() == DestinationState.Refused);
    return status.destination().checks().stream()
        .filter(check -> check.outcome() == CheckOutcome.Fail)
        .map(Check::reason)
        .toList();
  }
}
