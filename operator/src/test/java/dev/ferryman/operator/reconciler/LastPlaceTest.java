package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/** Two orders race for a host that has room for one guest: exactly one gets it. */
@Timeout(30)
class LastPlaceTest {
  private static final List<String> ORDERS = List.of("first", "second");

  private final FakeApi api = new FakeApi();
  private final MigrationReconciler reconciler =
      new MigrationReconciler(api, api, api, transition -> {}, new TickingClock(), 5);

  @RepeatedTest(50)
  void namedByBoth() throws Exception {
    race("host-c");
  }

  @RepeatedTest(50)
  void chosenForBoth() throws Exception {
    race(null);
  }

  private void race(String destination) throws Exception {
    api.host(
        Sample.host(
            "host-b",
            Sample.instance("first", Sample.UUID),
            Sample.instance("second", Sample.UUID.replace("0a", "0b"))));
    // Room for 4096 MiB once, not twice.
    api.host(
        Sample.with(
            Sample.host("host-c"),
            s -> s.used(new Resources(4, 26000L, 100L)).committed(new Resources(4, 26000L, 100L))));
    for (var name : ORDERS) {
      api.create(
          Sample.order(
              name,
              Sample.UID.replace("aaaaaaaa", String.format("%08x", name.hashCode())),
              destination == null
                  ? LiveMigrationSpec.of(name)
                  : LiveMigrationSpec.of(name, destination)));
    }
    var start = new CyclicBarrier(ORDERS.size());
    var threads = Executors.newFixedThreadPool(ORDERS.size());
    try {
      var races = new ArrayList<Future<?>>();
      for (var name : ORDERS) {
        races.add(
            threads.submit(
                () -> {
                  start.await();
                  return reconciler.reconcile(api.get(name));
                }));
      }
      for (var race : races) {
        race.get();
      }
    } finally {
      threads.shutdown();
    }

    var phases = ORDERS.stream().map(name -> api.get(name).phase()).toList();
    assertThat(phases).containsExactlyInAnyOrder(Phase.Checking, Phase.Pending);
    var loser = api.get(ORDERS.get(phases.indexOf(Phase.Pending)));
    assertThat(loser.condition("Succeeded").orElseThrow().getReason()).isEqualTo("CapacityClaimed");
  }
}
