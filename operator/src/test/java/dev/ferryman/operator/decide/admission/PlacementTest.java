package dev.ferryman.operator.decide.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.hostresource.HostResourceSpec;
import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.livemigration.FailedAttempt;
import dev.ferryman.crds.livemigration.HostRequirement;
import dev.ferryman.crds.livemigration.HostSelector;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.Inventory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** An order without a destination, for i-00000003 on host-b. */
class PlacementTest {
  private static final String OTHER_UUID = "0b0b0b0b-1111-2222-3333-000000000004";
  private static final LiveMigrationSpec ANYWHERE = LiveMigrationSpec.of("i-00000003");

  private final Host b = Sample.host("host-b", Sample.instance());
  private final List<Migration> moves = new ArrayList<>();
  private int slots = 5;

  private Admission judge(LiveMigrationSpec spec, Host... others) {
    return judge(Migration.of(Sample.order("order", Sample.UID, spec)), others);
  }

  private Admission judge(Migration order, Host... others) {
    var hosts = new ArrayList<>(List.of(others));
    hosts.add(b);
    return Admission.judge(
        new Admission.Question(
            order, Inventory.of(hosts, moves, Sample.NOW), moves, Map.of(), slots));
  }

  private static Host host(String name, long usedMemoryMiB, int committedVCPUs) {
    return Sample.with(
        Sample.host(name),
        s ->
            s.used(new Resources(0, usedMemoryMiB, 0L))
                .committed(new Resources(committedVCPUs, usedMemoryMiB, 0L)));
  }

  private static Host closed(String name) {
    return Sample.with(Sample.host(name), new HostResourceSpec(true, null, null, null));
  }

  private static String chosen(Admission admission) {
    assertThat(admission).isInstanceOf(Admission.Admitted.class);
    return ((Admission.Admitted) admission).destinationHost();
  }

  private static Admission.Refused refused(Admission admission) {
    assertThat(admission).isInstanceOf(Admission.Refused.class);
    return (Admission.Refused) admission;
  }

  private Migration under(Phase phase, String destination) {
    var status =
        LiveMigrationStatusBuilder.builder()
            .phase(phase)
            .instanceUID(OTHER_UUID)
            .sourceHost("host-x")
            .destinationHost(destination)
            .build();
    var move = Sample.move("other", status, false);
    return new Migration(
        "other",
        Sample.UID.replace('a', 'b'),
        "9",
        1,
        move.created(),
        false,
        true,
        Map.of(),
        move.spec(),
        status);
  }

  @Test
  void mostFreeMemoryGoesFirst() {
    assertThat(chosen(judge(ANYWHERE, host("host-c", 20000, 0), host("host-d", 8000, 40))))
        .isEqualTo("host-d");
  }

  @Test
  void whereMemoryIsAboutTheSameMostFreeVCPUsDo() {
    assertThat(chosen(judge(ANYWHERE, host("host-c", 8000, 20), host("host-d", 8100, 10))))
        .isEqualTo("host-d");
  }

  @Test
  void thenFewestMoves() {
    // It has left host-c: it needs no room there, but it is a move.
    var status =
        LiveMigrationStatusBuilder.builder(under(Phase.Migrating, "host-z").status())
            .sourceHost("host-c")
            .build();
    moves.add(Sample.move("leaving", status, false));
    assertThat(chosen(judge(ANYWHERE, Sample.host("host-c"), Sample.host("host-d"))))
        .isEqualTo("host-d");
  }

  @Test
  void thenTheName() {
    assertThat(chosen(judge(ANYWHERE, Sample.host("host-d"), Sample.host("host-c"))))
        .isEqualTo("host-c");
  }

  @Test
  void theChoiceDoesNotDependOnTheOrderInWhichHostsAreListed() {
    var random = new Random(7);
    var hosts =
        new ArrayList<>(
            IntStream.range(0, 20)
                .mapToObj(i -> host("host-x" + i, random.nextInt(27000), random.nextInt(60)))
                .toList());
    var first = chosen(judge(ANYWHERE, hosts.toArray(Host[]::new)));
    for (int i = 0; i < 50; i++) {
      Collections.shuffle(hosts, random);
      assertThat(chosen(judge(ANYWHERE, hosts.toArray(Host[]::new)))).isEqualTo(first);
    }
  }

  @Test
  void theInstancesOwnHostIsNoCandidate() {
    var full = host("host-c", 31000, 0);

    assertThat(refused(judge(ANYWHERE, full)).message())
        .contains("0 of 1 hosts fit")
        .doesNotContain("host-b");
    assertThat(refused(judge(ANYWHERE)).reason()).isEqualTo(Reason.NoDestinationFits);
  }

  @Test
  void everyHostThatDoesNotFitIsNamedUnderEachOfItsReasons() {
    var admission =
        refused(
            judge(
                ANYWHERE,
                host("host-d", 31000, 63),
                closed("host-c"),
                host("host-e", 31000, 0),
                Sample.notReady(Sample.host("host-f")),
                Sample.with(Sample.host("host-g"), Liveness.Dead)));

    assertThat(admission.reason()).isEqualTo(Reason.NoDestinationFits);
    assertThat(admission.message())
        .isEqualTo(
            "0 of 5 hosts fit: DestinationNotAlive: host-g; DestinationNotReady: host-f;"
                + " DestinationUnschedulable: host-c; InsufficientVCPUs: host-d;"
                + " InsufficientMemory: host-d, host-e");
    assertThat(admission.checks())
        .filteredOn(c -> c.name().equals(CheckName.DestinationHost.name()))
        .as("one line a host")
        .extracting(Check::host)
        .containsExactly("host-c", "host-d", "host-e", "host-f", "host-g");
    assertThat(admission.checks())
        .filteredOn(c -> "host-e".equals(c.host()))
        .extracting(Check::message)
        .first()
        .asString()
        .contains("31000 used");
  }

  @Test
  void tenNamesOfAGroupAreEnough() {
    var hosts = IntStream.range(10, 40).mapToObj(i -> closed("host-" + i)).toArray(Host[]::new);

    assertThat(refused(judge(ANYWHERE, hosts)).message())
        .startsWith("0 of 30 hosts fit: DestinationUnschedulable: host-10, host-11,")
        .endsWith("host-19 and 20 more");
  }

  @Test
  void theSelectorNarrowsTheChoice() {
    var east = new HostSelector(Map.of("zone", "east"), List.of());
    var c = Sample.labelled(host("host-c", 100, 0), Map.of("zone", "west"));
    var d = Sample.labelled(host("host-d", 20000, 0), Map.of("zone", "east"));

    assertThat(chosen(judge(ANYWHERE.among(east), c, d))).isEqualTo("host-d");
    assertThat(refused(judge(ANYWHERE.among(east), c)).message())
        .isEqualTo("0 of 1 hosts fit: NotSelected: host-c");
  }

  @Test
  void selectorsMeanWhatTheyMeanInKubernetes() {
    var labels = Map.of("zone", "east", "ssd", "");
    var in = requirement("zone", HostRequirement.Operator.In, "east", "north");
    var notIn = requirement("zone", HostRequirement.Operator.NotIn, "west");
    var notInAbsent = requirement("rack", HostRequirement.Operator.NotIn, "7");
    var exists = requirement("ssd", HostRequirement.Operator.Exists);
    var absent = requirement("rack", HostRequirement.Operator.DoesNotExist);
    var all = List.of(in, notIn, notInAbsent, exists, absent);

    assertThat(new HostSelector(Map.of("zone", "east"), all).matches(labels)).isTrue();
    assertThat(new HostSelector(null, null).matches(Map.of())).isTrue();
    assertThat(new HostSelector(null, List.of(in)).matches(Map.of())).isFalse();
    assertThat(new HostSelector(null, List.of(notIn)).matches(Map.of("zone", "west"))).isFalse();
    assertThat(new HostSelector(null, List.of(exists)).matches(Map.of("zone", "east"))).isFalse();
    assertThat(new HostSelector(null, List.of(absent)).matches(Map.of("rack", "7"))).isFalse();
    assertThat(new HostSelector(Map.of("ssd", "true"), List.of()).matches(labels)).isFalse();
  }

  private static HostRequirement requirement(
      String key, HostRequirement.Operator operator, String... values) {
    return new HostRequirement(key, operator, List.of(values));
  }

  @Test
  void aHostThatOnlyWaitsCountsOnlyWhereNoneFitsNow() {
    var silent = Sample.with(host("host-c", 100, 0), Liveness.Unknown);

    assertThat(chosen(judge(ANYWHERE, silent, host("host-d", 20000, 0)))).isEqualTo("host-d");
    var waiting = (Admission.Waiting) judge(ANYWHERE, silent, closed("host-d"));
    assertThat(waiting.reason()).isEqualTo(Reason.HostLivenessUnknown);
    assertThat(waiting.message())
        .isEqualTo(
            "no host fits now: HostLivenessUnknown: host-c; DestinationUnschedulable: host-d");
  }

  @Test
  void aSilentHostThatWouldNotFitAnywayIsNotWaitedFor() {
    assertThat(judge(ANYWHERE, Sample.with(closed("host-c"), Liveness.Unknown)))
        .isInstanceOf(Admission.Refused.class);
  }

  @Test
  void noFreeSlotIsWaitedFor() {
    slots = 1;
    moves.add(under(Phase.Migrating, "host-c"));

    var waiting = (Admission.Waiting) judge(ANYWHERE, Sample.host("host-c"));
    assertThat(waiting.reason()).isEqualTo(Reason.NoFreeSlot);
    assertThat(chosen(judge(ANYWHERE, Sample.host("host-c"), host("host-d", 20000, 0))))
        .isEqualTo("host-d");
  }

  @Test
  void theChoiceAndItsChecksAreListed() {
    var admitted = (Admission.Admitted) judge(ANYWHERE, Sample.host("host-c"), closed("host-d"));

    assertThat(admitted.checks())
        .filteredOn(c -> c.name().equals(CheckName.Placement.name()))
        .singleElement()
        .satisfies(c -> assertThat(c.outcome()).isEqualTo(CheckOutcome.Pass))
        .satisfies(c -> assertThat(c.message()).startsWith("1 of 2 hosts fit; host-c"));
    assertThat(admitted.checks()).extracting(Check::name).contains("Memory", "DestinationHost");
  }

  @Test
  void anObstacleAtTheSourceIsNamedFirstAndAllTheSame() {
    var order = Migration.of(Sample.order("order", Sample.UID, ANYWHERE));
    var hosts = List.of(Sample.notReady(b), closed("host-c"));
    var admission =
        refused(
            Admission.judge(
                new Admission.Question(
                    order, Inventory.of(hosts, moves, Sample.NOW), moves, Map.of(), slots)));

    assertThat(admission.reason()).isEqualTo(Reason.SourceNotReady);
    assertThat(admission.message()).contains("host-b is not Ready", "0 of 1 hosts fit");
  }

  private Migration failedOn(String sourceHost, String... hosts) {
    var failed =
        IntStream.range(0, hosts.length)
            .mapToObj(i -> new FailedAttempt(i + 1, hosts[i], "StorageNotShared", "no marker"))
            .toList();
    var status =
        LiveMigrationStatusBuilder.builder()
            .phase(Phase.Pending)
            .instanceUID(Sample.UUID)
            .sourceHost(sourceHost)
            .destinationHost(hosts[hosts.length - 1])
            .failedAttempts(failed)
            .build();
    var order = Migration.of(Sample.order("order", Sample.UID, ANYWHERE.tried(3)));
    return new Migration(
        order.name(),
        order.uid(),
        "7",
        1,
        order.created(),
        false,
        true,
        Map.of(),
        order.spec(),
        status);
  }

  @Test
  void aHostThatFailedIsNotTriedAgain() {
    var better = host("host-c", 100, 0);

    assertThat(chosen(judge(failedOn("host-b", "host-c"), better, Sample.host("host-d"))))
        .isEqualTo("host-d");
    assertThat(refused(judge(failedOn("host-b", "host-c"), better)).message())
        .isEqualTo(
            "0 of 1 hosts fit: FailedBefore: host-c; attempt 1 on host-c: StorageNotShared, no"
                + " marker");
  }

  @Test
  void anInstanceThatSomebodyElseHasMovedBetweenTwoAttemptsIsLeftAlone() {
    var admission = refused(judge(failedOn("host-a", "host-c"), Sample.host("host-d")));

    assertThat(admission.reason()).isEqualTo(Reason.InstanceMoved);
    assertThat(admission.message()).contains("host-a", "host-b");
  }
}
