package dev.ferryman.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.Sample;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two orders race for a host that has room for one guest, on a real API server, whose watch tells
 * the operator late of what it has written itself: exactly one gets it.
 */
@ExtendWith(FerrymanServerExtension.class)
class LastPlaceIT {
  private static final int ROUNDS = 50;
  private static final String CLAIMED = "CapacityClaimed";
  private static final List<String> GUESTS = List.of("first", "second");

  @TempDir private Path folder;

  private final FerrymanServer server;
  private final KubernetesClient admin;
  private final List<RunningHost> hosts = new ArrayList<>();

  LastPlaceIT(FerrymanServer server) {
    this.server = server;
    this.admin = server.admin();
  }

  @AfterEach
  void removeHosts() {
    hosts.forEach(RunningHost::close);
  }

  @Test
  void namedByBoth() {
    race(guest -> LiveMigrationSpec.of(guest, "host-c"));
  }

  @Test
  void chosenForBoth() {
    race(LiveMigrationSpec::of);
  }

  private void race(Function<String, LiveMigrationSpec> order) {
    var source =
        Sample.hostStatus(
            "host-b",
            Sample.instance(GUESTS.get(0), Sample.UUID),
            Sample.instance(GUESTS.get(1), Sample.UUID.replace("0a", "0b")));
    // Room for 4096 MiB once, not twice.
    var full = new Resources(4, 26000L, 100L);
    var destination = Sample.hostStatus("host-c").used(full).committed(full);
    hosts.add(RunningHost.start(server, "host-b", source.build()));
    hosts.add(RunningHost.start(server, "host-c", destination.build()));
    try (var operator = OperatorLogin.write(server, folder).start("operator")) {
      operator.awaitSaid("leads as");
      for (int round = 0; round < ROUNDS; round++) {
        try {
          raceOnce("round " + round, order);
        } finally {
          GUESTS.forEach(this::discard);
        }
      }
    }
  }

  private void raceOnce(String round, Function<String, LiveMigrationSpec> order) {
    GUESTS.parallelStream().forEach(guest -> create(guest, order.apply(guest)));

    // What the last round has claimed may be held against both until it is heard to be gone.
    await(round + ": one begins, and the other is told why it does not")
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> anyHasBegun() && GUESTS.stream().allMatch(g -> hasBegun(g) || mustWait(g)));

    assertThat(GUESTS.stream().filter(this::hasBegun)).as(round).hasSize(1);
  }

  private void create(String name, LiveMigrationSpec spec) {
    var order = Apply.named(new LiveMigration(), name);
    order.setSpec(spec);
    admin.resource(order).create();
  }

  /** There are no agents that could end one that has begun. */
  private void discard(String name) {
    var order = admin.resources(LiveMigration.class).withName(name);
    order.delete();
    try {
      order.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"finalizers\":null}}");
    } catch (KubernetesClientException e) {
      assertThat(e.getCode()).as(e.getMessage()).isEqualTo(HttpURLConnection.HTTP_NOT_FOUND);
    }
  }

  private boolean anyHasBegun() {
    return GUESTS.stream().anyMatch(this::hasBegun);
  }

  private boolean hasBegun(String guest) {
    return status(guest).filter(s -> s.phase() == Phase.Checking).isPresent();
  }

  private boolean mustWait(String guest) {
    return status(guest)
        .filter(s -> s.phase() == Phase.Pending)
        .filter(s -> s.conditions().stream().anyMatch(c -> CLAIMED.equals(c.getReason())))
        .isPresent();
  }

  private Optional<LiveMigrationStatus> status(String name) {
    var order = admin.resources(LiveMigration.class).withName(name).get();
    return Optional.ofNullable(order).map(LiveMigration::getStatus);
  }
}
