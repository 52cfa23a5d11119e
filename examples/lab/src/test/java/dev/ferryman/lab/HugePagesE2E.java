package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static dev.ferryman.lab.Lab.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.hostresource.HugePagePool;
import dev.ferryman.crds.livemigration.HugePages;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A guest whose memory is 96 pages of 2 MiB. The lab's hosts share one kernel, so that each of them
 * truly has the pages that the other has not taken.
 */
class HugePagesE2E extends LabTest {
  private static final long ITS_PAGES = 96;
  private static final String POOL = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";
  private static long before;
  private static Guest guest;

  @BeforeAll
  static void createGuest() {
    before = Long.parseLong(on("host-b", "cat", POOL).strip());
    setAside(300);
    guest = Guest.create("huge", "host-b", "--hugepages").awaitBeating();
  }

  @AfterAll
  static void deleteGuest() {
    if (guest != null) {
      guest.close();
    }
    on("host-b", "sh", "-c", "echo " + before + " >" + POOL);
  }

  private static void setAside(long pages) {
    on("host-b", "sh", "-c", "echo " + pages + " >" + POOL);
    var got = on("host-b", "cat", POOL).strip();
    assumeTrue(got.equals(Long.toString(pages)), "the machine gives " + got + " huge pages only");
  }

  private static void awaitPublished(long total) {
    awaitPublished(total, Duration.ofSeconds(60));
  }

  private static void awaitPublished(long total, Duration bound) {
    for (var host : Guest.COMPUTE_HOSTS) {
      await("pages of " + host)
          .atMost(bound)
          .until(
              () ->
                  Api.host(host)
                      .getStatus()
                      .hugepages()
                      .contains(new HugePagePool(2048L, total, total - ITS_PAGES)));
    }
  }

  @Test
  void itsPagesAreListedAndTakeNoOrdinaryMemory() {
    setAside(300);
    awaitPublished(300);

    var status = Api.host("host-b").getStatus();
    var instance =
        status.instances().stream().filter(i -> i.name().equals("huge")).findFirst().orElseThrow();
    assertThat(instance.memoryMiB()).isEqualTo(192);
    assertThat(instance.hugepages()).containsExactly(new HugePages(2048L, ITS_PAGES));
    assertThat(status.instances()).as("alone here").hasSize(1);
    assertThat(status.committed().memoryMiB()).isZero();
  }

  @Test
  void passesWhereThereAreEnoughFreePages() {
    setAside(300);
    awaitPublished(300);
    Api.order(migration, LiveMigrationSpec.of("huge", "host-c").asCheckOnly());

    var end = Api.awaitEnd(migration);

    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("CheckPassed");
    assertThat(pages(end)).isEqualTo("huge pages: 96 <= 204 free of 300 pages of 2048 KiB");
  }

  @Test
  void isRefusedWhereThereAreTooFew() {
    setAside(180);
    // What a host publishes is never older than that.
    awaitPublished(180, Duration.ofSeconds(10));
    Api.order(migration, "huge", "host-c");

    var end = Api.awaitEnd(migration);

    assertThat(end.getStatus().attempt()).as("nothing was begun").isNull();
    assertRefused(end, "huge pages: 96 > 84 free of 180 pages of 2048 KiB");
  }

  /** What was published lets it begin; what the destination reads while it checks does not. */
  @Test
  void isRefusedByWhatTheDestinationReadsWhileItChecks() {
    setAside(300);
    awaitPublished(300);
    // It publishes no change before the order has begun.
    lab("stop", "agent", "host-c");
    setAside(170);
    Api.order(migration, "huge", "host-c");
    Api.awaitStatus(migration, "it has begun", status -> status.attempt() != null);
    lab("continue", "agent", "host-c");

    var end = Api.awaitEnd(migration);

    assertThat(end.getStatus().attempt()).as("it had begun").isNotNull();
    assertRefused(end, "huge pages: 96 > 74 free of 170 pages of 2048 KiB");
  }

  private void assertRefused(LiveMigration end, String message) {
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("InsufficientHugePages");
    assertThat(Api.message(end)).isEqualTo(message);
    guest.assertRunsOnlyOn("host-b");
    guest.awaitBeating().assertNoHeartbeatLost();
    assertNothingLeft(end);
  }

  private static String pages(LiveMigration end) {
    List<Check> checks = end.getStatus().checks();
    return checks.stream()
        .filter(check -> check.name().equals("HugePages"))
        .findFirst()
        .orElseThrow()
        .message();
  }
}
