package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.on;
import static dev.ferryman.lab.Lab.tryOn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.CheckOutcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A disk that names a volume of a storage pool: each host's libvirt opens what its own pool of that
 * name has.
 */
class VolumeE2E extends LabTest {
  private static final String SHARED = "/var/lib/ferryman/instances/pool-e2e";
  private static final String OTHER = "/var/lib/ferryman/local/pool-e2e";
  private static final String POOL = "e2e";

  private static Guest guest;
  private String source;
  private String destination;

  @BeforeAll
  static void createGuest() {
    startPool("host-b", SHARED);
    createVolume("host-b");
    guest =
        Guest.create(
                "volume",
                "host-b",
                "--device",
                "<disk type='volume' device='disk'><driver name='qemu' type='raw' cache='none'/>"
                    + "<source pool='e2e' volume='disk.raw'/>"
                    + "<target dev='vdb' bus='virtio'/></disk>")
            .awaitBeating();
  }

  @AfterAll
  static void deleteGuest() {
    guest.close();
    Guest.COMPUTE_HOSTS.forEach(VolumeE2E::removePool);
    tryOn("host-b", "rm", "-rf", SHARED);
  }

  @BeforeEach
  void seeWhereItIs() {
    source = guest.host();
    destination = Guest.otherThan(source);
  }

  @AfterEach
  void removeTheOtherPool() {
    removePool(Guest.otherThan(guest.host()));
  }

  @Test
  void movesAlsoWhereItWasNotThereWhenThePoolStarted() {
    hideSharedDirectory();
    startPool(destination, SHARED);
    on(destination, "umount", SHARED);
    Api.order(migration, guest.name(), destination);

    var end = Api.awaitEnd(migration);

    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
    assertThat(end.getStatus().checks())
        .anySatisfy(
            check -> {
              assertThat(check.message()).isEqualTo("disk vdb: " + SHARED + " is the source's");
              assertThat(check.outcome()).isEqualTo(CheckOutcome.Pass);
            });
    guest.assertRunsOnlyOn(destination);
    guest.awaitBeating().assertDiskComplete();
    assertNothingLeft(end);
  }

  @Test
  void isRefusedWhereThePoolIsAnotherOneOfTheSamePath() {
    hideSharedDirectory();
    startPool(destination, SHARED);
    createVolume(destination);
    assertRefused(SHARED + " is not the source's");
  }

  @Test
  void isRefusedWhereItIsInAnotherPlace() {
    startPool(destination, OTHER);
    createVolume(destination);
    assertRefused("is " + OTHER + "/disk.raw here, at the source " + SHARED + "/disk.raw");
  }

  @Test
  void isRefusedWhereThePoolHasNoSuchVolume() {
    startPool(destination, OTHER);
    assertRefused("this host's libvirt does not find its volume e2e/disk.raw");
  }

  private void assertRefused(String named) {
    Api.order(migration, guest.name(), destination);

    var end = Api.awaitEnd(migration);

    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("StorageNotShared");
    assertThat(Api.message(end)).contains("disk vdb", named);
    guest.assertRunsOnlyOn(source);
    guest.awaitBeating().assertNoHeartbeatLost();
    assertNothingLeft(end);
  }

  private void hideSharedDirectory() {
    on(destination, "mount", "-t", "tmpfs", "e2e", SHARED);
  }

  private static void createVolume(String host) {
    on(host, "virsh", "vol-create-as", POOL, "disk.raw", "1M", "--format", "raw");
  }

  private static void startPool(String host, String directory) {
    on(host, "mkdir", "-p", directory);
    on(host, "virsh", "pool-define-as", POOL, "dir", "--target", directory);
    on(host, "virsh", "pool-start", POOL);
  }

  private static void removePool(String host) {
    tryOn(host, "virsh", "pool-destroy", POOL);
    tryOn(host, "virsh", "pool-undefine", POOL);
    tryOn(host, "umount", SHARED);
    tryOn(host, "rm", "-rf", OTHER);
  }
}
