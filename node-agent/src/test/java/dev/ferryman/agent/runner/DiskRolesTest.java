package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.libvirt.Presence;
import dev.ferryman.agent.libvirt.VolumeFacts;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.DestinationState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the source says of the disks is what the destination looks for. */
class DiskRolesTest extends SceneTest {
  private static final String VOLUME =
      "<disk type='volume'><source pool='fast' volume='a'/><target dev='vdb'/></disk>";

  @Test
  void aNetworkDiskIsCheckedWithItsServer() throws IOException {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      scene.guest.device(iscsi(server.getLocalPort()));

      scene.orderAndCheck();

      assertThat(checks("vdb")).extracting(Check::name).containsExactly("NetworkStorage");
      assertThat(checks("vdb")).allMatch(check -> check.outcome() == CheckOutcome.Pass);
    }
  }

  @Test
  void aServerThatIsAwayIsNamed() throws IOException {
    var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    server.close();
    scene.guest.device(iscsi(server.getLocalPort()));

    awaitRefusal();

    assertThat(checks("vdb")).extracting(Check::reason).containsExactly("StorageUnreachable");
  }

  @Test
  void aDeviceThatIsNotThereRefusesAndLeavesNoMarker() {
    scene.guest.device(
        "<disk type='block'><source dev='/dev/none'/><target dev='vdb'/></disk>"
            + "<disk type='file' device='cdrom'><target dev='sda'/></disk>");

    awaitRefusal();

    assertThat(checks("vdb")).extracting(Check::reason).containsExactly("StorageNotShared");
    assertThat(checks("sda")).extracting(Check::outcome).containsExactly(CheckOutcome.Pass);
    scene.await(
        "marker removed",
        status -> {
          var left = directory.toFile().list((where, name) -> name.startsWith(".ferryman-"));
          return left != null && left.length == 0;
        });
  }

  @Test
  void aVolumeIsJudgedByWhereItsImageIs() {
    scene.guest.device(VOLUME);
    scene.hostB.objects.volumes.put("fast/a", image());
    scene.hostC.objects.pools.put("fast", Presence.Active);
    scene.hostC.objects.volumes.put("fast/a", image());

    scene.orderAndCheck();

    assertThat(checks("vdb")).extracting(Check::name).containsExactly("SharedStorage");
    assertThat(checks("vdb")).allMatch(check -> check.outcome() == CheckOutcome.Pass);
  }

  @Test
  void aVolumeOfAnotherPlaceRefuses() {
    scene.guest.device(VOLUME);
    scene.hostB.objects.volumes.put("fast/a", image());
    scene.hostC.objects.pools.put("fast", Presence.Active);
    scene.hostC.objects.volumes.put("fast/a", new VolumeFacts("file", "/elsewhere/a"));

    awaitRefusal();

    assertThat(checks("vdb")).extracting(Check::reason).containsExactly("StorageNotShared");
    assertThat(checks("vdb").toString()).contains("/elsewhere/a", image().path());
  }

  private VolumeFacts image() {
    return new VolumeFacts("file", directory.resolve("a").toString());
  }

  private void awaitRefusal() {
    scene.order();
    scene.await(
        "refused",
        status ->
            status.destination() != null
                && status.destination().state() == DestinationState.Refused);
  }

  private List<Check> checks(String target) {
    return scene.api.status().destination().checks().stream()
        .filter(check -> String.valueOf(check.message()).startsWith("disk " + target + ":"))
        .toList();
  }

  private static String iscsi(int port) {
    return "<disk type='network'><driver name='qemu' type='raw' cache='none'/>"
        + "<source protocol='iscsi' name='iqn.x:v/1'><host name='127.0.0.1' port='"
        + port
        + "'/></source><target dev='vdb' bus='virtio'/></disk>";
  }
}
