package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.livemigration.FailedAttempt;
import dev.ferryman.crds.livemigration.HostSelector;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.Phase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An order without a destination goes where the instance fits, or says of each host why not. */
class PlacementE2E extends LabTest {

  @Test
  void theOtherHostIsChosenAndTheInstanceMovesThere() {
    try (var guest = Guest.create("pl-any", "host-b").awaitBeating()) {
      Api.order(migration, LiveMigrationSpec.of(guest.name()));

      var end = Api.awaitEnd(migration);

      assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
      assertThat(end.getStatus().destinationHost()).isEqualTo("host-c");
      assertThat(end.getStatus().checks())
          .filteredOn(check -> check.name().equals("Placement"))
          .extracting(Check::message)
          .first()
          .asString()
          .startsWith("1 of 1 hosts fit; host-c was chosen");
      assertThat(lab("kubectl", "get", "livemigration", migration))
          .containsPattern("pl-any +host-b +host-c +Succeeded");
      guest.assertRunsOnlyOn("host-c");
      guest.awaitBeating().assertNoHeartbeatLost();
      assertNothingLeft(end);
    }
  }

  @Test
  void theSelectorChoosesByTheLabelsOfTheHosts() {
    label("host-c", "zone=east");
    try (var guest = Guest.create("pl-east", "host-b").awaitBeating()) {
      Api.order(migration, LiveMigrationSpec.of(guest.name()).among(zone("west")));
      var refused = Api.awaitEnd(migration);
      assertThat(Api.reason(refused)).isEqualTo("NoDestinationFits");
      assertThat(Api.message(refused)).isEqualTo("0 of 1 hosts fit: NotSelected: host-c");
      assertUntouched(guest, refused);

      Api.order(migration + "-east", LiveMigrationSpec.of(guest.name()).among(zone("east")));
      var end = Api.awaitEnd(migration + "-east");
      assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
      guest.assertRunsOnlyOn("host-c");
    } finally {
      label("host-c", "zone-");
    }
  }

  @Test
  void theNextHostIsTriedAndThereIsNone() {
    try (var guest = Guest.create("pl-again", "host-b").awaitBeating()) {
      lab("storage", "host-c", "umount");
      Api.order(migration, LiveMigrationSpec.of(guest.name()).tried(3));

      var end = Api.awaitEnd(migration);

      assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("NoDestinationFits");
      assertThat(end.getStatus().phase()).isEqualTo(Phase.Failed);
      assertThat(Api.message(end))
          .startsWith("0 of 1 hosts fit: FailedBefore: host-c; attempt 1 on host-c")
          .contains("/var/lib/ferryman/instances");
      assertThat(end.getStatus().failedAttempts())
          .extracting(FailedAttempt::number, FailedAttempt::destinationHost, FailedAttempt::reason)
          .containsExactly(org.assertj.core.groups.Tuple.tuple(1, "host-c", "StorageNotShared"));
      assertUntouched(guest, end);

      // Neither agent has an open entry that would stand in the way of another order.
      lab("storage", "host-c", "mount");
      Api.order(migration + "-mended", LiveMigrationSpec.of(guest.name()).tried(3));
      var mended = Api.awaitEnd(migration + "-mended");
      assertThat(Api.reason(mended)).as(Api.message(mended)).isEqualTo("Migrated");
    }
  }

  @Test
  void aFinishedOrderIsDeletedAfterItsTime() {
    Api.order(migration, LiveMigrationSpec.of("nobody", "host-c").deletedAfter(15));

    Api.awaitStatus(migration, "failed", status -> status.phase() == Phase.Failed);
    await("deletion of " + migration)
        .atMost(Duration.ofSeconds(90))
        .until(() -> Api.get(migration) == null);
  }

  private static HostSelector zone(String name) {
    return new HostSelector(Map.of("zone", name), List.of());
  }

  private static void label(String host, String label) {
    lab("kubectl", "label", "hostresource", host, label);
  }

  private static void assertUntouched(Guest guest, LiveMigration end) {
    guest.assertRunsOnlyOn("host-b");
    guest.awaitBeating().assertNoHeartbeatLost();
    assertNothingLeft(end);
  }
}
