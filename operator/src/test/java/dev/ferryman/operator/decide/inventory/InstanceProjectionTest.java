package dev.ferryman.operator.decide.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.hostresource.HostInstanceBuilder;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstanceProjectionTest {
  private final Map<String, KnownInstance> objects = new HashMap<>();
  private final List<Migration> moves = new ArrayList<>();
  private final Map<String, Set<String>> twice = new HashMap<>();
  private Instant now = Sample.NOW;

  /** Projects onto the objects, as the writer does. */
  private InstanceProjection project(Host... hosts) {
    var inventory = Inventory.of(List.of(hosts), moves, now);
    var projection =
        InstanceProjection.project(inventory, moves, twice, List.copyOf(objects.values()), now);
    projection.write().forEach(i -> objects.put(i.name(), i));
    projection.delete().forEach(objects::remove);
    return projection;
  }

  private String hostOf(String name) {
    return objects.get(name).status().host();
  }

  private List<String> conditions(String name) {
    return objects.get(name).status().conditions().stream().map(Condition::getType).toList();
  }

  private static Migration move(Phase phase) {
    return Sample.move(
        phase, s -> s.source(Sample.ended(Switched.Gone, DomainState.Absent, null).build()));
  }

  @Test
  void anInstanceIsListedOnceAndThenLeftAlone() {
    var b = Sample.host("host-b", Sample.instance());

    assertThat(project(b).write()).hasSize(1);
    assertThat(project(b).write()).isEmpty();
    assertThat(objects.get("i-00000003").status().memoryMiB()).isEqualTo(4096);
  }

  @Test
  void anInstanceThatIsGoneIsDeleted() {
    project(Sample.host("host-b", Sample.instance()));
    project(Sample.host("host-b"));

    assertThat(objects).isEmpty();
  }

  @Test
  void aDeadHostKeepsItsInstancesMarked() {
    var b = Sample.host("host-b", Sample.instance());
    project(b);
    project(Sample.with(b, Liveness.Dead));
    assertThat(conditions("i-00000003")).containsExactly("HostUnreachable");

    project(b);
    assertThat(conditions("i-00000003")).isEmpty();
  }

  @Test
  void aListThatIsCutShortOrNotThereDeletesNothing() {
    project(Sample.host("host-b", Sample.instance()));

    project(Sample.with(Sample.host("host-b"), s -> s.instanceCount(2000)));
    project(Sample.with(Sample.host("host-b"), s -> s.instanceCount(null)));

    assertThat(hostOf("i-00000003")).isEqualTo("host-b");
  }

  @Test
  void aDeletedHostTakesItsInstancesAlong() {
    project(Sample.host("host-b", Sample.instance()));
    project(Sample.host("host-c"));

    assertThat(objects).isEmpty();
  }

  @Test
  void twoListsThatNameOneInstanceAreNoConflictYet() {
    var b = Sample.host("host-b", Sample.instance());
    var c = Sample.host("host-c", Sample.instance());
    project(Sample.host("host-b"), c);

    project(b, c);

    assertThat(conditions("i-00000003")).isEmpty();
    assertThat(hostOf("i-00000003")).as("where it has been so far").isEqualTo("host-c");
  }

  @Test
  void twoHostsThatRunOneInstanceBeyondDoubtAreAConflictThatEnds() {
    var b = Sample.host("host-b", Sample.instance());
    var c = Sample.host("host-c", Sample.instance());
    twice.put(Sample.UUID, new TreeSet<>(Set.of("host-b", "host-c")));

    var projection = project(b, c);
    assertThat(conditions("i-00000003")).containsExactly("Conflict");
    assertThat(InstanceProjection.conflicts(projection.write()))
        .hasEntrySatisfying("i-00000003", m -> assertThat(m).contains("host-b and host-c"));

    twice.clear();
    project(b, Sample.host("host-c"));
    assertThat(conditions("i-00000003")).isEmpty();
    project(b, c);
    assertThat(conditions("i-00000003")).as("another one").isEmpty();
  }

  @Test
  void aConflictStandsThoughTheOperatorThatSawItIsGone() {
    var b = Sample.host("host-b", Sample.instance());
    var c = Sample.host("host-c", Sample.instance());
    twice.put(Sample.UUID, new TreeSet<>(Set.of("host-b", "host-c")));
    project(b, c);
    twice.clear();
    now = now.plusSeconds(60);

    assertThat(project(b, c).write()).as("nor is its time changed").isEmpty();
  }

  @Test
  void aMoveIsShownAndBothListsMayNameItsGuestMeanwhile() {
    moves.add(move(Phase.Migrating));
    project(Sample.host("host-b", Sample.instance()), Sample.host("host-c", Sample.instance()));

    assertThat(objects.get("i-00000003").status().migration()).isEqualTo("move");
    assertThat(hostOf("i-00000003")).isEqualTo("host-b");
    assertThat(conditions("i-00000003")).isEmpty();
  }

  @Test
  void aSplitBrainUnderWayIsAConflict() {
    var split = new ConditionBuilder().withType("Succeeded").withReason("SplitBrain").build();
    var move = move(Phase.Settling);
    moves.add(
        Sample.move(
            Phase.Settling, s -> s.source(move.status().source()).conditions(List.of(split))));
    project(Sample.host("host-b", Sample.instance()), Sample.host("host-c", Sample.instance()));

    assertThat(conditions("i-00000003")).containsExactly("Conflict");
  }

  @Test
  void aGuestBetweenTwoListsIsKept() {
    project(Sample.host("host-b", Sample.instance()), Sample.host("host-c"));
    moves.add(move(Phase.Migrating));
    project(Sample.host("host-b"), Sample.host("host-c"));

    assertThat(objects.get("i-00000003").status().migration()).isEqualTo("move");
  }

  @Test
  void aProvedMoveIsShownAtOnceWhicheverListComesFirst() {
    var none = new HostInstance[0];
    var one = new HostInstance[] {Sample.instance()};
    for (var atSource : List.of(none, one)) {
      for (var atDestination : List.of(none, one)) {
        objects.clear();
        moves.clear();
        project(Sample.host("host-b", Sample.instance()), Sample.host("host-c"));
        moves.add(move(Phase.Succeeded));
        now = Sample.NOW.plusMillis(20);
        project(Sample.host("host-b", atSource), Sample.host("host-c", atDestination));

        assertThat(hostOf("i-00000003")).isEqualTo("host-c");
        assertThat(objects.get("i-00000003").status().migration()).isNull();
        assertThat(conditions("i-00000003")).isEmpty();
      }
    }
  }

  @Test
  void theHostsListsAreBelievedAgainAfterAWhile() {
    moves.add(move(Phase.Succeeded));
    now = Sample.NOW.plus(Inventory.LISTS_LATE);
    project(Sample.host("host-b", Sample.instance()), Sample.host("host-c"));

    assertThat(hostOf("i-00000003")).isEqualTo("host-b");
  }

  /** A host whose list was read so many seconds after the move. */
  private static Host read(int seconds, Host host) {
    return Sample.with(host, s -> s.observedTime(Sample.NOW.plusSeconds(seconds).toString()));
  }

  @Test
  void aMovedGuestStaysListedUntilItsNewHostPublishesHoweverLateThatIs() {
    var instance = HostInstanceBuilder.builder(Sample.instance()).project("web").build();
    project(Sample.host("host-b", instance), Sample.host("host-c"));
    moves.add(move(Phase.Succeeded));
    var b = read(1, Sample.host("host-b"));
    var c = read(-20, Sample.host("host-c"));
    for (int late : List.of(1, 15, 45, 80)) {
      now = Sample.NOW.plusSeconds(late);
      project(b, c);
      assertThat(hostOf("i-00000003")).isEqualTo("host-c");
      assertThat(objects.get("i-00000003").status().project()).isEqualTo("web");
      assertThat(Inventory.of(List.of(b, c), moves, now).listings(Sample.UUID))
          .singleElement()
          .satisfies(l -> assertThat(l.host().name()).isEqualTo("host-c"));
    }
    now = Sample.NOW.plus(Inventory.LISTS_LATE);
    project(b, c);
    assertThat(objects).isEmpty();
  }

  @Test
  void aSourceThatCannotPublishHidesNoMove() {
    moves.add(move(Phase.Succeeded));
    now = Sample.NOW.plusSeconds(60);
    project(
        read(-20, Sample.host("host-b", Sample.instance())),
        read(1, Sample.host("host-c", Sample.instance())));

    assertThat(hostOf("i-00000003")).isEqualTo("host-c");
    assertThat(conditions("i-00000003")).isEmpty();
  }

  @Test
  void aGuestThatSomebodyTookBackIsSeenAtTheSource() {
    moves.add(move(Phase.Succeeded));
    now = Sample.NOW.plusSeconds(12);
    project(read(11, Sample.host("host-b", Sample.instance())), read(11, Sample.host("host-c")));

    assertThat(hostOf("i-00000003")).isEqualTo("host-b");
  }

  @Test
  void aGuestThatHasEndedAfterItsMoveIsNotShownFromItsOldList() {
    project(Sample.host("host-b", Sample.instance()), Sample.host("host-c"));
    moves.add(move(Phase.Succeeded));
    now = Sample.NOW.plusSeconds(12);
    project(read(1, Sample.host("host-b")), read(11, Sample.host("host-c")));

    assertThat(objects).isEmpty();
  }

  @Test
  void theSourceOfAMoveClaimsNothingBeforeItHasPublishedAnew() {
    moves.add(move(Phase.Succeeded));
    now = Sample.NOW.plusSeconds(60);
    var c = read(1, Sample.host("host-c", Sample.instance()));
    var old = List.of(read(-20, Sample.host("host-b", Sample.instance())), c);
    var anew = List.of(read(11, Sample.host("host-b", Sample.instance())), c);

    assertThat(DoubleClaims.NONE.seen(Inventory.of(old, moves, now), moves, 0).since()).isEmpty();
    assertThat(DoubleClaims.NONE.seen(Inventory.of(anew, moves, now), moves, 0).since())
        .containsOnlyKeys(Sample.UUID);
  }

  @Test
  void aHostThatDiesBeforeItListsAnArrivedGuestKeepsIt() {
    project(Sample.host("host-b", Sample.instance()), Sample.host("host-c"));
    moves.add(move(Phase.Succeeded));
    var dead = Sample.with(Sample.host("host-c"), Liveness.Dead);
    now = Sample.NOW.plusSeconds(60);
    project(Sample.host("host-b"), dead);
    now = Sample.NOW.plusSeconds(120);
    project(Sample.host("host-b"), dead);

    assertThat(hostOf("i-00000003")).isEqualTo("host-c");
    assertThat(conditions("i-00000003")).containsExactly("HostUnreachable");
  }

  @Test
  void aGuestThatIsInNeitherListWhileItMovesIsStillTheSources() {
    var move =
        Sample.move(Phase.Migrating, s -> s.source(Sample.source(SourceState.Running).build()));

    var listings =
        Inventory.of(
                List.of(Sample.host("host-b"), Sample.host("host-c")), List.of(move), Sample.NOW)
            .listings(Sample.UUID);

    assertThat(listings)
        .singleElement()
        .satisfies(listing -> assertThat(listing.host().name()).isEqualTo("host-b"));
  }

  @Test
  void aMoveBackRightAwayStartsFromTheNewHost() {
    moves.add(move(Phase.Succeeded));
    var inventory =
        Inventory.of(
            List.of(Sample.host("host-b", Sample.instance()), Sample.host("host-c")),
            moves,
            Sample.NOW.plusMillis(5));

    assertThat(inventory.listings(Sample.UUID))
        .singleElement()
        .satisfies(l -> assertThat(l.host().name()).isEqualTo("host-c"));
  }

  @Test
  void anObjectKeepsItsNameWhenTheDomainIsRenamed() {
    project(Sample.host("host-b", Sample.instance()));
    var renamed = HostInstanceBuilder.builder(Sample.instance()).name("web").build();
    project(Sample.host("host-b", renamed));

    assertThat(objects.keySet()).containsExactly("i-00000003");
    assertThat(objects.get("i-00000003").status().domainName()).isEqualTo("web");
  }

  @Test
  void twoInstancesOfOneNameGetTwoObjects() {
    var other = "0b0b0b0b-1111-2222-3333-000000000004";
    project(
        Sample.host("host-b", Sample.instance()),
        Sample.host("host-c", Sample.instance("i-00000003", other)));

    assertThat(objects.keySet()).containsExactlyInAnyOrder("i-00000003", "i-00000003-0b0b0b0b");
  }

  @ParameterizedTest
  @CsvSource({
    "web, web",
    "web.example.org, web.example.org",
    "Web_1, web-1-0a0a0a0a",
    "-x-, x-0a0a0a0a",
    "___, vm-0a0a0a0a",
    "taken, taken-0a0a0a0a",
  })
  void namesAreTheDomainsOwnWhereTheyCanBe(String domain, String expected) {
    assertThat(InstanceNames.of(domain, Sample.UUID, Set.of("taken"))).isEqualTo(expected);
  }

  @Test
  void instancesWhoseDerivedNamesCollideGetTwoObjects() {
    var twin = Sample.UUID.replace("000000000003", "000000000004");
    var b =
        Sample.host(
            "host-b", Sample.instance("Web_1", Sample.UUID), Sample.instance("Web-1", twin));
    project(b);

    assertThat(objects.keySet()).containsExactlyInAnyOrder("web-1-0a0a0a0a", "web-1-" + twin);
    assertThat(project(b).write()).isEmpty();
  }

  @Test
  void longNamesAreCut() {
    var name = InstanceNames.of("X".repeat(300), Sample.UUID, Set.of());

    assertThat(name).hasSize(209).endsWith("-0a0a0a0a");
  }
}
