package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.on;
import static dev.ferryman.lab.Lab.tryOn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.Phase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What must not migrate, put into a running guest and named before anything moves. Tried by hand,
 * libvirt refuses it as well, with one exception. Once it is gone the guest can go.
 */
class NotMigratableE2E extends LabTest {
  private static final String NAME = "bound";
  private static final String DIRECTORY = "/var/lib/ferryman/instances/" + NAME;
  private static Guest guest;

  @BeforeAll
  static void createGuest() {
    guest =
        Guest.create(NAME, "host-b", "--device", "<controller type='scsi' model='virtio-scsi'/>")
            .awaitBeating();
  }

  @AfterAll
  static void deleteGuest() {
    if (guest != null) {
      guest.close();
    }
  }

  @AfterEach
  void nothingIsInTheWayAnyMore() {
    Api.order(migration + "-free", LiveMigrationSpec.of(NAME, "host-c").asCheckOnly());
    var end = Api.awaitEnd(migration + "-free");
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("CheckPassed");
    assertNothingLeft(end);
  }

  @Test
  void snapshot() {
    on("host-b", "virsh", "snapshot-create-as", NAME, "before");
    try {
      assertRefused("it has 1 snapshot");
      assertRefusedByLibvirt("cannot migrate domain with 1 snapshots");
    } finally {
      tryOn("host-b", "virsh", "snapshot-delete", NAME, "before");
    }
  }

  @Test
  void blockJob() {
    var copy = DIRECTORY + "/copy.qcow2";
    on(
        "host-b",
        "sh",
        "-c",
        ("virsh blockcopy " + NAME + " vda --dest " + copy + " --format qcow2")
            + " --transient-job --bytes --bandwidth 1");
    try {
      assertRefused("disk vda: a block job is active (copy)");
      assertRefusedByLibvirt("domain has active block job");
    } finally {
      tryOn("host-b", "virsh", "blockjob", NAME, "vda", "--abort");
      tryOn("host-b", "rm", copy);
    }
  }

  @Test
  void transientDisk() {
    var image = DIRECTORY + "/scratch.raw";
    on("host-b", "qemu-img", "create", "-q", "-f", "raw", image, "1M");
    var disk =
        "<disk type='file' device='disk'><driver name='qemu' type='raw' cache='none'/>"
            + ("<source file='" + image + "'/><target dev='sdb' bus='scsi'/><transient/></disk>");
    attach(disk);
    try {
      assertRefused("disk sdb: it is transient");
      assertRefusedByLibvirt("migration with transient disk is not supported");
    } finally {
      detach(disk);
      tryOn("host-b", "rm", image);
    }
  }

  /**
   * A LUN, passed through as a SCSI device. libvirt 9.0 would move it, whatever device has that
   * name at the destination: it asks QEMU alone (query-migrate, blocked-reasons), which minds no
   * LUN.
   */
  @Test
  void passedThroughDevice() {
    try (var lender = Guest.create("lender", "host-b", "--disk", "iscsi")) {
      var device =
          "<hostdev mode='subsystem' type='scsi'>"
              + ("<source protocol='iscsi' name='iqn.2026-11.lab:" + lender.name() + "/1'>")
              + "<host name='10.77.0.11' port='3260'/></source></hostdev>";
      attach(device);
      try {
        assertRefused("hostdev0: a device of the host is passed through to the guest");
      } finally {
        detach(device);
      }
    }
  }

  private void assertRefused(String message) {
    Api.order(migration, NAME, "host-c");

    var end = Api.awaitEnd(migration);

    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("NotMigratable");
    assertThat(end.getStatus().phase()).isEqualTo(Phase.Failed);
    assertThat(Api.message(end)).isEqualTo(message);
    assertUntouched();
    assertNothingLeft(end);
  }

  private static void assertRefusedByLibvirt(String words) {
    assertThat(guest.moveByHand("host-b", "host-c").errors()).contains(words);
    assertUntouched();
  }

  private static void assertUntouched() {
    guest.assertRunsOnlyOn("host-b");
    guest.awaitBeating().assertNoHeartbeatLost();
  }

  private static void attach(String device) {
    on("host-b", change("attach-device", device));
  }

  private static void detach(String device) {
    tryOn("host-b", change("detach-device", device));
  }

  private static String[] change(String change, String device) {
    return new String[] {
      "bash", "-c", "virsh " + change + " " + NAME + " <(echo \"$1\")", "bash", device
    };
  }
}
