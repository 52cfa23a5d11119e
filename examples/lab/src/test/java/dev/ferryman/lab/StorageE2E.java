package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.on;
import static dev.ferryman.lab.Lab.tryOn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.Phase;
import org.junit.jupiter.api.Test;

/** Each kind of disk moves where the destination has the same, and is refused where it has not. */
class StorageE2E extends LabTest {
  private static final String LOCAL = "/var/lib/ferryman/local";
  private static final String BY_PATH =
      "/dev/disk/by-path/ip-10.77.0.11:3260-iscsi-iqn.2026-11.lab:%s-lun-1";

  @Test
  void aLocalDiskIsRefusedAndNothingIsLeft() {
    try (var guest = Guest.create("st-local", "host-b", "--disk", "local").awaitBeating()) {
      Api.order(migration, guest.name(), "host-c");

      assertRefused(guest, "StorageNotShared", LOCAL + "/st-local");
      assertThat(Api.message(Api.get(migration))).contains("disk vda", "storage: Copy");
      assertThat(tryOn("host-c", "find", LOCAL).output()).doesNotContain("st-local");
      assertThat(on("host-b", "find", LOCAL, "-name", ".ferryman-*")).isEmpty();
    }
  }

  @Test
  void anIscsiDiskMovesAlsoWrittenThroughTheHostsCache() {
    try (var guest =
        Guest.create("st-iscsi", "host-b", "--disk", "iscsi", "--cache", "writeback")
            .awaitBeating()) {
      Api.order(migration, guest.name(), "host-c");

      var end = Api.awaitEnd(migration);

      assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
      guest.assertRunsOnlyOn("host-c");
      guest.awaitBeating().assertDiskComplete();
      assertCheck(end, "NetworkStorage", "10.77.0.11:3260");
      assertCheck(end, "DiskCache", "writeback");
      assertNothingLeft(end);
    }
  }

  @Test
  void anotherDeviceUnderTheSamePathIsRefusedAndTheRightOneMoves() {
    try (var guest = Guest.createOnBlockDevice("st-block", "host-b").awaitBeating();
        var other = Guest.create("st-other", "host-b", "--disk", "block", "--disk-size", "32")) {
      var path = BY_PATH.formatted(guest.name());
      var right = on("host-c", "readlink", path).strip();
      var wrong = on("host-c", "readlink", BY_PATH.formatted(other.name())).strip();
      on("host-c", "ln", "-sfn", wrong, path);
      Api.order(migration, guest.name(), "host-c");

      assertRefused(guest, "StorageNotShared", path);

      on("host-c", "ln", "-sfn", right, path);
      Api.order(migration + "-again", guest.name(), "host-c");
      var end = Api.awaitEnd(migration + "-again");
      assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
      assertCheck(end, "BlockDevice", path);
      guest.awaitBeating().assertDiskComplete();
    }
  }

  @Test
  void aServerThatTheDestinationDoesNotReachIsNamed() {
    try (var guest = Guest.create("st-apart", "host-b", "--disk", "iscsi").awaitBeating()) {
      firewall("-I");
      try {
        Api.order(migration, guest.name(), "host-c");

        assertRefused(guest, "StorageUnreachable", "10.77.0.11:3260");
      } finally {
        firewall("-D");
      }
    }
  }

  private static void firewall(String change) {
    on("host-c", "iptables", change, "OUTPUT", "-p", "tcp", "--dport", "3260", "-j", "REJECT");
  }

  private void assertRefused(Guest guest, String reason, String named) {
    var end = Api.awaitEnd(migration);
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo(reason);
    assertThat(end.getStatus().phase()).isEqualTo(Phase.Failed);
    assertThat(Api.message(end)).contains(named);
    guest.assertRunsOnlyOn("host-b");
    guest.awaitBeating().assertNoHeartbeatLost();
    assertNothingLeft(end);
  }

  private static void assertCheck(LiveMigration end, String name, String named) {
    assertThat(end.getStatus().checks())
        .anySatisfy(
            check -> {
              assertThat(check.name()).isEqualTo(name);
              assertThat(check.outcome()).isEqualTo(CheckOutcome.Pass);
              assertThat(check.message()).contains(named);
            });
  }
}
