package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static dev.ferryman.lab.Lab.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.Phase;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A source whose QEMU, in its libvirt's eyes, is 3.1 and leaves what it has cached of a disk. It is
 * the same QEMU as everywhere; libvirtd of host-c is started with an altered version of the answers
 * that it has kept from probing it. All that follows from that is real: what libvirt tells of
 * itself, and what it refuses to move. Host-b's answers are left alone: the lab keeps them for the
 * next lab.
 */
class CacheModeE2E extends LabTest {
  private static final String ANSWERS = "/var/cache/libvirt/qemu/capabilities";
  private static final String KEPT = "/root/capabilities";

  private Guest guest;

  @BeforeAll
  static void takeQemuForAnOldOne() {
    on("host-c", "cp", "-a", ANSWERS, KEPT);
    restartLibvirt(
        "sed -i -e 's#<version>.*</version>#<version>3001000</version>#'"
            + (" -e '/migration-file-drop-cache/d' " + ANSWERS + "/*.xml"),
        "3.1.0");
  }

  @AfterAll
  static void takeQemuForWhatItIs() {
    var version = Api.host("host-b").getStatus().hypervisor().version();
    restartLibvirt("rm -r " + ANSWERS + " && mv " + KEPT + " " + ANSWERS, version);
  }

  @AfterEach
  void deleteGuest() {
    if (guest != null) {
      guest.close();
    }
  }

  /** libvirt reads its answers when it starts, and a guest that runs keeps to those it began by. */
  private static void restartLibvirt(String change, String version) {
    lab("kill", "libvirtd", "host-c");
    on("host-c", "sh", "-c", change);
    lab("start", "libvirtd", "host-c");
    await("QEMU " + version + " on host-c")
        .atMost(Duration.ofSeconds(30))
        .until(() -> Api.host("host-c").getStatus().hypervisor().version().equals(version));
    awaitHostsSchedulable();
  }

  @Test
  void diskWrittenThroughThePageCacheIsRefusedAsLibvirtDoes() {
    guest = Guest.createOnBlockDevice("cached", "host-c", "--cache", "writeback").awaitBeating();
    Api.order(migration, guest.name(), "host-b");

    var end = Api.awaitEnd(migration);

    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("UnsafeCacheMode");
    assertThat(end.getStatus().phase()).isEqualTo(Phase.Failed);
    assertThat(Api.message(end)).contains("QEMU 3.1.0", "vda (writeback)");
    assertUntouched(end);

    assertThat(guest.moveByHand("host-c", "host-b").errors())
        .contains("Unsafe migration", "cache other than none or directsync");
    assertUntouched(end);
  }

  @Test
  void diskWrittenPastThePageCachePasses() {
    guest = Guest.createOnBlockDevice("uncached", "host-c", "--cache", "none").awaitBeating();
    Api.order(migration, LiveMigrationSpec.of(guest.name(), "host-b").asCheckOnly());

    var end = Api.awaitEnd(migration);

    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("CheckPassed");
    assertThat(end.getStatus().checks())
        .extracting(Check::message)
        .contains("no disk is written through a host's page cache");
    assertUntouched(end);
  }

  private void assertUntouched(LiveMigration end) {
    guest.assertRunsOnlyOn("host-c");
    guest.awaitBeating().assertNoHeartbeatLost();
    assertNothingLeft(end);
  }
}
