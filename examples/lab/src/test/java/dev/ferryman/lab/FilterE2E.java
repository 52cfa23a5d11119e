package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static dev.ferryman.lab.Lab.on;
import static dev.ferryman.lab.Lab.tryOn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.PhaseTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A guest's network filters come with it where that is allowed, and go again where it does not. */
class FilterE2E extends LabTest {
  private static final String BASE = "lab-base";
  private static final String TOP = "lab-top";

  private static final String BASE_XML =
      "<filter name='lab-base'><rule action='drop' direction='out' priority='500'>"
          + "<mac match='no' srcmacaddr='$MAC'/></rule></filter>";
  private static final String TOP_XML =
      "<filter name='lab-top'><filterref filter='lab-base'/></filter>";

  @BeforeEach
  void theSourceHasTheFilters() {
    removeFilters();
    define("host-b", BASE_XML);
    define("host-b", TOP_XML);
  }

  @AfterEach
  void removeFilters() {
    for (var host : Guest.COMPUTE_HOSTS) {
      for (var filter : List.of(TOP, BASE)) {
        tryOn(host, "virsh", "-q", "nwfilter-undefine", filter);
      }
    }
  }

  @Test
  void guestIsRefusedWhereTheyAreMissingAndMayNotBeInstalled() {
    try (var guest = Guest.create("nf-refused", "host-b", "--filter", TOP)) {
      Api.order(migration, guest.name(), "host-c");

      var refused = Api.awaitEnd(migration);

      assertThat(Api.reason(refused)).as(Api.message(refused)).isEqualTo("NetworkFilterMissing");
      assertThat(Api.message(refused)).contains(BASE, TOP, "--install-nwfilters");
      guest.assertRunsOnlyOn("host-b");
      assertThat(filters("host-c")).isEmpty();
      assertNothingLeft(refused);
    }
  }

  @Test
  void theyComeWithTheGuestAndHoldItThere() {
    withInstallingAgent(
        () -> {
          try (var guest = Guest.create("nf-moves", "host-b", "--filter", TOP).awaitBeating()) {
            Api.order(migration, guest.name(), "host-c");

            var end = Api.awaitEnd(migration);

            assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
            assertThat(end.getStatus().phaseTimes())
                .extracting(PhaseTime::phase)
                .contains(Phase.Preparing);
            guest.assertRunsOnlyOn("host-c");
            guest.awaitBeating();
            assertThat(filters("host-c")).containsExactlyInAnyOrder(BASE, TOP);
            assertThat(on("host-c", "ebtables", "-t", "nat", "-L"))
                .as("what libvirt made of them")
                .contains("libvirt-I-", "! 52:54:00:77:01:");
          }
        });
  }

  @Test
  void theyAreGoneAfterAMoveThatHasFailed() {
    withInstallingAgent(
        () -> {
          try (var guest = Guest.create("nf-fails", "host-b", "--filter", TOP).awaitBeating()) {
            var move = Move.away(guest, migration);
            var truth = Truth.before(move);
            move.orderSlowly();
            assertThat(filters("host-c")).containsExactlyInAnyOrder(BASE, TOP);

            Fault.DestinationQemuKilled.strike(move);
            var end = Api.awaitEnd(migration);
            move.fast();

            truth.assertTold(end, List.of("MigrationFailed"));
            assertThat(filters("host-c")).isEmpty();
          }
        });
  }

  @Test
  void anAgentThatComesBackTakesThemAway() {
    withInstallingAgent(
        () -> {
          try (var guest = Guest.create("nf-killed", "host-b", "--filter", TOP).awaitBeating()) {
            var move = Move.away(guest, migration);
            var truth = Truth.before(move);
            move.orderSlowly();
            lab("kill", "agent", "host-c");
            Api.cancel(migration);
            move.awaitGuest("host-c", "");
            assertThat(filters("host-c")).containsExactlyInAnyOrder(BASE, TOP);
            // It takes away what an agent before it was allowed to install.
            lab("start", "agent", "host-c");
            var end = Api.awaitEnd(migration);
            move.fast();

            // The end waits for no host that counts as dead: the agent may come after it.
            await("no filters on host-c")
                .atMost(Duration.ofSeconds(60))
                .until(() -> filters("host-c").isEmpty());
            truth.assertTold(end, List.of("Cancelled"));
          }
        });
  }

  @Test
  void oneOfAnotherContentIsNotTouched() {
    define("host-c", BASE_XML.replace("drop", "accept"));
    withInstallingAgent(
        () -> {
          try (var guest = Guest.create("nf-differs", "host-b", "--filter", TOP)) {
            Api.order(migration, guest.name(), "host-c");

            var refused = Api.awaitEnd(migration);

            assertThat(Api.reason(refused)).isEqualTo("NetworkFilterDiffers");
            guest.assertRunsOnlyOn("host-b");
            assertNothingLeft(refused);
            assertThat(filters("host-c")).containsExactly(BASE);
            assertThat(on("host-c", "virsh", "nwfilter-dumpxml", BASE)).contains("accept");
          }
        });
  }

  private static void withInstallingAgent(Runnable test) {
    lab("kill", "agent", "host-c");
    lab("start", "agent", "host-c", "--install-nwfilters");
    try {
      awaitHostsSchedulable();
      test.run();
    } finally {
      lab("kill", "agent", "host-c");
      lab("start", "agent", "host-c");
      awaitHostsSchedulable();
    }
  }

  private static void define(String host, String xml) {
    on(host, "bash", "-c", "virsh -q nwfilter-define <(echo \"$1\")", "bash", xml);
  }

  private static List<String> filters(String host) {
    return on(host, "virsh", "-q", "nwfilter-list")
        .lines()
        .map(line -> line.strip().replaceAll(".* ", ""))
        .filter(name -> name.startsWith("lab-"))
        .toList();
  }
}
