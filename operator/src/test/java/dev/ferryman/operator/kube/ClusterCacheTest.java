package dev.ferryman.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.Attempt;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.PhaseTime;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.Inventory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterCacheTest {
  private static final Host B = Sample.host("host-b", Sample.instance());
  private static final Host C = Sample.host("host-c", Sample.instance());

  private final List<LiveMigration> objects = new ArrayList<>();
  private final ClusterCache cache = new ClusterCache();

  ClusterCacheTest() {
    cache.migrationsFrom(objects::stream);
  }

  @Test
  void theLastMoveIsRememberedThoughItsObjectBeDeleted() {
    objects.add(moved("there", "host-b", "host-c", Sample.NOW));
    assertThat(names()).containsExactly("there");
    objects.clear();

    assertThat(names()).containsExactly("there");
    assertThat(whereIs(B, C)).isEqualTo("host-c");
  }

  @Test
  void aMoveThatWasDeletedBeforeItCameBackByTheWatchIsRemembered() {
    cache.wrote(Migration.of(moved("there", "host-b", "host-c", Sample.NOW)));
    cache.forget("there");

    assertThat(whereIs(B, C)).isEqualTo("host-c");
  }

  @Test
  void anEarlierMoveBackDoesNotHideADeletedLaterOne() {
    objects.add(moved("back", "host-c", "host-b", Sample.NOW.minusSeconds(4)));
    objects.add(moved("there", "host-b", "host-c", Sample.NOW));
    assertThat(names()).containsExactly("back", "there");
    objects.remove(1);

    assertThat(whereIs(Sample.host("host-b"), C)).isEqualTo("host-c");
  }

  @Test
  void whatHasNotMovedAnythingIsNotRemembered() {
    var checked = moved("checked", "host-b", "host-c", Sample.NOW);
    checked.setStatus(LiveMigrationStatusBuilder.builder(checked.getStatus()).source(null).build());
    objects.add(checked);
    assertThat(names()).containsExactly("checked");
    objects.clear();

    assertThat(names()).isEmpty();
  }

  @Test
  void oldMovesAreForgotten() {
    cache.wrote(Migration.of(moved("old", "host-b", "host-c", Sample.NOW.minusSeconds(601))));
    assertThat(names()).containsExactly("old");
    var other = moved("new", "host-b", "host-c", Sample.NOW);
    other.setStatus(
        LiveMigrationStatusBuilder.builder(other.getStatus()).instanceUID("another").build());
    cache.wrote(Migration.of(other));

    assertThat(names()).containsExactly("new");
  }

  private List<String> names() {
    return cache.migrations().stream().map(Migration::name).toList();
  }

  private String whereIs(Host... hosts) {
    var listings =
        Inventory.of(List.of(hosts), cache.migrations(), Sample.NOW.plusSeconds(2))
            .listings(Sample.UUID);
    assertThat(listings).hasSize(1);
    return listings.get(0).host().name();
  }

  private static LiveMigration moved(String name, String from, String to, Instant end) {
    var uid = Sample.UID.replace("aaaaaaaa", String.format("%08x", name.hashCode()));
    var attempt = uid + "/1";
    var object = Sample.order(name, uid, "i-00000003", to);
    object.setStatus(
        LiveMigrationStatusBuilder.builder(Sample.move(Phase.Succeeded).status())
            .sourceHost(from)
            .destinationHost(to)
            .attempt(new Attempt(attempt, 1, end.toString()))
            .source(
                Sample.ended(Switched.Gone, DomainState.Absent, null).attemptUID(attempt).build())
            .phaseTimes(List.of(new PhaseTime(Phase.Succeeded, end.toString())))
            .build());
    return object;
  }
}
