package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Liveness;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.reconciler.TransitionListener.Transition;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;

/** An order for i-00000003, and what brings it as far as a test wants it. */
abstract class MoveFixture {
  final FakeApi api = new FakeApi();
  final TickingClock clock = new TickingClock();
  final List<Transition> told = new ArrayList<>();
  MigrationReconciler reconciler = reconciler();

  MigrationReconciler reconciler() {
    return new MigrationReconciler(api, api, api, told::add, clock, 5);
  }

  @BeforeEach
  void anOrder() {
    api.host(Sample.host("host-b", Sample.instance()));
    api.host(Sample.host("host-c"));
    api.create(Sample.order("move", Sample.UID, "i-00000003", "host-c"));
  }

  Optional<Duration> reconcile() {
    return reconciler.reconcile(api.get("move"));
  }

  Migration move() {
    return api.get("move");
  }

  Condition condition(String type) {
    return move().condition(type).orElseThrow();
  }

  void assertSays(Phase phase, String succeeded, String reason) {
    assertThat(move().phase()).isEqualTo(phase);
    assertThat(condition("Succeeded").getStatus()).isEqualTo(succeeded);
    assertThat(condition("Succeeded").getReason()).isEqualTo(reason);
  }

  void toChecked() {
    reconcile();
    api.source("move", Sample.source(SourceState.Checked).build());
    api.destination("move", Sample.destination(DestinationState.Checked).build());
  }

  void toMigrating() {
    toChecked();
    reconcile();
    assertThat(move().phase()).isEqualTo(Phase.Migrating);
  }

  void toRunning() {
    toMigrating();
    api.source("move", Sample.source(SourceState.Running).build());
  }

  void died(String host) {
    api.host(Sample.with(api.hosts.get(host), Liveness.Dead));
  }

  void returned(String host) {
    api.host(Sample.with(api.hosts.get(host), Liveness.Alive));
  }
}
