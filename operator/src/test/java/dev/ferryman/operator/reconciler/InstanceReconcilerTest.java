package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.PhaseTime;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.KnownInstance;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InstanceReconcilerTest {
  private static final Host B = Sample.host("host-b", Sample.instance());
  private static final Host B_WITHOUT = Sample.host("host-b");
  private static final Host C = Sample.host("host-c", Sample.instance());
  private static final Host C_WITHOUT = Sample.host("host-c");

  private final World world = new World();
  private final TickingClock clock = new TickingClock();
  private final List<String> alarms = new ArrayList<>();
  private long nanos;
  private InstanceReconciler reconciler = reconciler();

  private InstanceReconciler reconciler() {
    return new InstanceReconciler(
        world, world, world, (name, message) -> alarms.add(name), clock, () -> nanos);
  }

  private void pass(Duration time) {
    clock.pass(time);
    nanos += time.toNanos();
  }

  /** Lets time pass, looking again whenever the reconciler asks for it. */
  private void look(Duration time) {
    var left = time;
    var again = reconciler.reconcile();
    while (again.isPresent() && again.get().compareTo(left) <= 0) {
      pass(again.get());
      left = left.minus(again.get());
      again = reconciler.reconcile();
    }
    pass(left);
  }

  private void look() {
    look(Duration.ZERO);
  }

  @Test
  void aMoveRaisesNoAlarmInWhateverOrderTheListsCome() {
    for (var between : List.of(List.of(B, C), List.of(B_WITHOUT, C_WITHOUT))) {
      world.host(B, C_WITHOUT);
      world.moves = List.of();
      look();
      world.moves = List.of(Sample.move(Phase.Migrating));
      look(Duration.ofSeconds(60));
      world.moves = List.of(proved());
      look(Duration.ofMillis(50));
      between.forEach(world::host);
      look(Duration.ofSeconds(8));
      assertThat(world.instance().status().host()).isEqualTo("host-c");
      world.host(B_WITHOUT, C);
      look(Duration.ofSeconds(60));
      assertThat(world.instance().status().host()).isEqualTo("host-c");
    }
    assertThat(alarms).isEmpty();
    assertThat(world.everWritten).allSatisfy(i -> assertThat(conditions(i)).isEmpty());
  }

  @Test
  void aMoveByHandRaisesNoAlarm() {
    world.host(B, C_WITHOUT);
    look();
    world.host(B, C);
    look(Duration.ofSeconds(12));
    assertThat(world.instance().status().host()).isEqualTo("host-b");
    world.host(B_WITHOUT, C);
    look(Duration.ofSeconds(60));

    assertThat(world.instance().status().host()).isEqualTo("host-c");
    assertThat(alarms).isEmpty();
  }

  @Test
  void aSecondCopyRaisesOneAlarmWithinFifteenSecondsThoughNothingElseHappens() {
    world.host(B, C_WITHOUT);
    look();
    world.host(C);
    look(Duration.ofSeconds(15));

    assertThat(alarms).containsExactly("i-00000003");
    assertThat(conditions(world.instance())).containsExactly("Conflict");

    look(Duration.ofMinutes(5));
    assertThat(alarms).hasSize(1);

    world.host(C_WITHOUT);
    look();
    assertThat(conditions(world.instance())).isEmpty();
    world.host(C);
    look(Duration.ofSeconds(15));
    assertThat(alarms).as("another one").hasSize(2);
  }

  @Test
  void whoCouldNotHearThatAListHasChangedRaisesNoAlarm() {
    world.host(B, C_WITHOUT);
    look();
    world.host(C);
    look(Duration.ofSeconds(6));
    world.heard = false;
    look(Duration.ofSeconds(60));
    world.heard = true;
    look();
    assertThat(alarms).isEmpty();

    look(Duration.ofSeconds(15));
    assertThat(alarms).hasSize(1);
  }

  @Test
  void aNewLeaderRepeatsNoAlarmAndTakesNoneBack() {
    world.host(B, C);
    look(Duration.ofSeconds(15));
    reconciler = reconciler();
    look(Duration.ofSeconds(60));

    assertThat(alarms).hasSize(1);
    assertThat(conditions(world.instance())).containsExactly("Conflict");
  }

  private Migration proved() {
    var end = new PhaseTime(Phase.Succeeded, clock.instant().toString());
    return Sample.move(
        Phase.Succeeded,
        s ->
            s.source(Sample.ended(Switched.Gone, DomainState.Absent, null).build())
                .phaseTimes(List.of(end)));
  }

  private static List<String> conditions(KnownInstance instance) {
    return instance.status().conditions().stream().map(Condition::getType).toList();
  }

  private static final class World implements Cluster, Heartbeats, InstanceWriter {
    private final Map<String, Host> hosts = new LinkedHashMap<>();
    private final Map<String, KnownInstance> objects = new LinkedHashMap<>();
    private final List<KnownInstance> everWritten = new ArrayList<>();
    private List<Migration> moves = List.of();
    private boolean heard = true;

    void host(Host... changed) {
      for (var host : changed) {
        hosts.put(host.name(), host);
      }
    }

    KnownInstance instance() {
      assertThat(objects).containsOnlyKeys("i-00000003");
      return objects.values().iterator().next();
    }

    @Override
    public List<HostResource> hosts() {
      return hosts.values().stream().map(Sample::resource).toList();
    }

    @Override
    public List<Migration> migrations() {
      return moves;
    }

    @Override
    public List<KnownInstance> instances() {
      return List.copyOf(objects.values());
    }

    @Override
    public boolean isHeard() {
      return heard;
    }

    @Override
    public void write(KnownInstance instance) {
      everWritten.add(instance);
      objects.put(instance.name(), instance);
    }

    @Override
    public void delete(String name) {
      objects.remove(name);
    }

    @Override
    public Liveness of(String host) {
      return Liveness.Alive;
    }

    @Override
    public Optional<Duration> changesIn(String host) {
      return Optional.empty();
    }

    @Override
    public Instant hearingSince() {
      return Sample.NOW;
    }
  }
}
