package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static dev.ferryman.lab.Lab.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.PhaseTime;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A guest with a disk that its host alone has moves with it, and leaves nothing where it fails. */
class CopyE2E extends LabTest {
  private static final String LOCAL = "/var/lib/ferryman/local";

  @Test
  void aLocalDiskMovesWithTheGuestAndStaysBehindAtTheSource() {
    try (var guest = Guest.create("cp-local", "host-b", "--disk", "local").awaitBeating()) {
      Api.orderCopy(migration, guest.name(), "host-c");

      assertMoved(guest, Api.awaitEnd(migration));
      assertThat(files("host-c")).containsExactly("cp-local", "cp-local/disk.qcow2");
      assertThat(files("host-b")).containsExactly("cp-local", "cp-local/disk.qcow2");

      // What stayed behind is in the way of the guest's return, and is nobody's to overwrite.
      var old = sum("host-b");
      Api.orderCopy(migration + "-back", guest.name(), "host-b");
      var refused = Api.awaitEnd(migration + "-back");
      assertThat(Api.reason(refused)).as(Api.message(refused)).isEqualTo("DiskExists");
      assertThat(Api.message(refused)).contains("disk vda", LOCAL + "/cp-local/disk.qcow2");
      assertThat(sum("host-b")).isEqualTo(old);
      guest.assertRunsOnlyOn("host-c");

      on("host-b", "rm", "-r", LOCAL + "/cp-local");
      Api.orderCopy(migration + "-again", guest.name(), "host-b");
      var again = Api.awaitEnd(migration + "-again");
      assertThat(Api.reason(again)).as(Api.message(again)).isEqualTo("Migrated");
      guest.assertRunsOnlyOn("host-b");
      guest.awaitBeating().assertDiskComplete();
    }
  }

  @Test
  void onlyTheDiskThatIsNotSharedIsCopied() {
    try (var guest = Guest.create("cp-mixed", "host-b", "--disk", "mixed").awaitBeating()) {
      Api.orderCopy(migration, guest.name(), "host-c");

      var end = Api.awaitEnd(migration);
      assertMoved(guest, end);
      assertThat(end.getStatus().destination().copies())
          .singleElement()
          .satisfies(copy -> assertThat(copy.target()).isEqualTo("vda"));
      assertThat(files("host-c")).containsExactly("cp-mixed", "cp-mixed/disk.qcow2");
    }
  }

  @Test
  void anImageOverABackingImageStaysOne() {
    try (var guest = Guest.create("cp-thin", "host-b", "--disk", "local").awaitBeating()) {
      // Its content so far becomes the lower image, the same on both hosts.
      on(
          "host-b",
          "virsh",
          "snapshot-create-as",
          "cp-thin",
          "--no-metadata",
          "--disk-only",
          "--diskspec",
          "vda,file=" + LOCAL + "/cp-thin/top.qcow2");
      var base = LOCAL + "/cp-thin/disk.qcow2";
      on("host-c", "mkdir", "-p", LOCAL + "/cp-thin");
      copyFile("host-b", "host-c", base);
      Api.orderCopy(migration, guest.name(), "host-c");

      assertMoved(guest, Api.awaitEnd(migration));
      assertThat(on("host-c", "qemu-img", "info", "-U", LOCAL + "/cp-thin/top.qcow2"))
          .contains("backing file: " + base);
    }
  }

  @Test
  void aCancelInMidCopyLeavesNoImageAndTheGuestUntouched() {
    try (var guest = Guest.create("cp-cancel", "host-b", "--disk", "local").awaitBeating()) {
      var move = Move.away(guest, migration);
      var truth = Truth.before(move);
      move.slow();
      Api.orderCopy(migration, guest.name(), "host-c");
      Api.awaitCopying(migration);
      assertThat(files("host-c")).contains("cp-cancel/disk.qcow2");

      Api.cancel(migration);

      truth.assertTold(Api.awaitEnd(migration), List.of("Cancelled"));
      assertThat(files("host-c")).isEmpty();
      assertThat(files("host-b")).containsExactly("cp-cancel", "cp-cancel/disk.qcow2");
    }
  }

  @Test
  void theProgressCoversTheDiskAndACancelEndsItsCopyToo() {
    try (var guest =
        Guest.create("cp-disk", "host-b", "--disk", "local", "--fill", "40").awaitBeating()) {
      var move = Move.away(guest, migration);
      var truth = Truth.before(move);
      move.slow();
      Api.orderCopy(migration, guest.name(), "host-c");
      var progress =
          Api.awaitStatus(migration, "its disk is copied", CopyE2E::isDiskCopied)
              .source()
              .progress();
      assertThat(progress.diskTotalBytes()).isGreaterThan(40L << 20);
      assertThat(progress.percent())
          .as("the memory is still to come")
          .isLessThan((int) (100 * (64 + 1) / (64 + 192)));

      Api.cancel(migration);

      truth.assertTold(Api.awaitEnd(migration), List.of("Cancelled"));
      assertThat(files("host-c")).isEmpty();
    }
  }

  private static boolean isDiskCopied(LiveMigrationStatus status) {
    var progress = status.source() == null ? null : status.source().progress();
    return progress != null
        && progress.diskProcessedBytes() != null
        && progress.diskProcessedBytes() > 0
        && progress.diskRemainingBytes() > 0;
  }

  @Test
  void aDestinationThatFailsWithItsAgentDeadIsCleanedByTheNextAgent() {
    try (var guest = Guest.create("cp-fail", "host-b", "--disk", "local").awaitBeating()) {
      var move = Move.away(guest, migration);
      var truth = Truth.before(move);
      move.slow();
      Api.orderCopy(migration, guest.name(), "host-c");
      Api.awaitCopying(migration);
      lab("kill", "agent", "host-c");
      lab("kill", "qemu", "host-c", guest.name());
      move.awaitSourceEnd();
      lab("start", "agent", "host-c");

      var end = Api.awaitEnd(migration);
      // Where the agent is not back in time, its journal owes the clean-up.
      await("nothing at host-c")
          .atMost(Duration.ofSeconds(60))
          .until(() -> files("host-c").isEmpty());
      truth.assertTold(end, List.of("MigrationFailed", "DestinationLost"));
    }
  }

  @Test
  void aDestinationWithoutRoomForTheDiskIsToldTheNumbers() {
    try (var guest =
        Guest.create("cp-full", "host-b", "--disk", "local", "--fill", "24").awaitBeating()) {
      on("host-c", "mkdir", "-p", LOCAL);
      on("host-c", "mount", "-t", "tmpfs", "-o", "size=8m", "small", LOCAL);
      try {
        Api.orderCopy(migration, guest.name(), "host-c");

        assertRefused(guest, "InsufficientDisk", LOCAL);
      } finally {
        on("host-c", "umount", LOCAL);
      }
    }
  }

  @Test
  void aDiskThatOtherGuestsMayWriteToIsNotCopied() {
    var path = LOCAL + "/common.raw";
    on("host-b", "mkdir", "-p", LOCAL);
    on("host-b", "qemu-img", "create", "-q", "-f", "raw", path, "1M");
    try (var guest =
        Guest.create(
                "cp-common",
                "host-b",
                "--device",
                "<disk type='file' device='disk'><driver name='qemu' type='raw' cache='none'/>"
                    + ("<source file='" + path + "'/><target dev='vdb' bus='virtio'/>")
                    + "<shareable/></disk>")
            .awaitBeating()) {
      Api.orderCopy(migration, guest.name(), "host-c");

      assertRefused(guest, "DiskNotCopyable", "disk vdb");
    } finally {
      on("host-b", "rm", path);
    }
  }

  private void assertRefused(Guest guest, String reason, String named) {
    var end = Api.awaitEnd(migration);
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo(reason);
    assertThat(end.getStatus().phase()).isEqualTo(Phase.Failed);
    assertThat(Api.message(end)).contains(named);
    guest.assertRunsOnlyOn("host-b");
    guest.awaitBeating().assertNoHeartbeatLost();
    assertThat(files("host-c")).isEmpty();
    assertNothingLeft(end);
  }

  private static void assertMoved(Guest guest, LiveMigration end) {
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
    assertThat(end.getStatus().switchover()).isEqualTo(SwitchoverMode.Strict);
    assertThat(end.getStatus().phaseTimes())
        .extracting(PhaseTime::phase)
        .contains(Phase.Checking, Phase.Preparing, Phase.Migrating);
    assertThat(end.getStatus().destination().prepared()).isEmpty();
    guest.assertRunsOnlyOn("host-c");
    guest.awaitBeating().assertNoHeartbeatLost();
    guest.assertDiskComplete();
    assertNothingLeft(end);
  }

  /** All that is in the hosts' own directory of disks. */
  private static List<String> files(String host) {
    return on(host, "find", LOCAL, "-mindepth", "1", "-printf", "%P\n")
        .lines()
        .filter(line -> !line.isBlank())
        .sorted()
        .toList();
  }

  private static String sum(String host) {
    return on(host, "sha256sum", LOCAL + "/cp-local/disk.qcow2");
  }

  private static void copyFile(String from, String to, String path) {
    var content = on(from, "base64", "-w0", path);
    var piece = 60_000;
    for (var at = 0; at < content.length(); at += piece) {
      on(
          to,
          "sh",
          "-c",
          "echo "
              + content.substring(at, Math.min(content.length(), at + piece)).strip()
              + " >>"
              + path
              + ".64");
    }
    on(to, "sh", "-c", "base64 -d " + path + ".64 >" + path + " && rm " + path + ".64");
  }
}
