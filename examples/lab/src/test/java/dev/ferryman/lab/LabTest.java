package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.livemigration.LiveMigration;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Gives each test a whole lab, and names of its own. */
abstract class LabTest {
  private static final AtomicInteger COUNT = new AtomicInteger();

  /** Tests can run again in the same lab. */
  private static final String RUN = Long.toString(System.currentTimeMillis() / 1000, 36);

  protected String migration;

  @BeforeEach
  void nameTheMigration() {
    assertThat(Api.hostOf("nobody")).as("answer of the lab's API server").isEmpty();
    migration =
        getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT)
            + "-"
            + RUN
            + "-"
            + COUNT.incrementAndGet();
  }

  /** Whatever a test has killed or cut runs again, and has settled, before the next one. */
  @AfterEach
  void mendTheLab() {
    lab("mend");
    awaitHostsSchedulable();
  }

  static void awaitHostsSchedulable() {
    for (var host : Guest.COMPUTE_HOSTS) {
      await(host + " schedulable")
          .atMost(Duration.ofMinutes(2))
          .ignoreExceptions()
          .until(() -> Boolean.TRUE.equals(Api.host(host).getStatus().schedulable()));
    }
  }

  /**
   * Promise 6: nothing of a migration is left on the hosts that live, nor on its object. New on a
   * host since it was ordered is at most what belongs to the guest, where that is now. A claim on a
   * host's room or slots is kept nowhere: it is made by a phase that has not ended.
   */
  static void assertNothingLeft(LiveMigration migration) {
    // The last that is seen of an object that is deleted is from before its finalizer went.
    if (migration.getMetadata().getDeletionTimestamp() == null) {
      assertThat(migration.getStatus().phase().isTerminal()).as("claims no more").isTrue();
      assertThat(Api.hostLabels(migration)).as("labels").isEmpty();
      assertThat(migration.getMetadata().getFinalizers()).as("finalizers").isEmpty();
    }
    var guest = migration.getSpec().instance();
    var before = HostFiles.before(migration.getMetadata().getName());
    var now = HostFiles.now();
    assertThat(now.hostsOf(guest))
        .as("hosts where libvirt has %s", guest)
        .hasSizeLessThanOrEqualTo(Math.max(1, before.hostsOf(guest).size()));
    for (var host : Guest.COMPUTE_HOSTS) {
      assertThat(now.ofHosts().get(host))
          .as("markers seen on %s", host)
          .noneMatch(path -> path.contains("/.ferryman-"));
      var came = now.hostsOf(guest).contains(host) && !before.hostsOf(guest).contains(host);
      assertThat(now.newSince(before, host))
          .as("left on %s", host)
          .allMatch(path -> came && HostFiles.comesWith(migration, path));
    }
  }
}
