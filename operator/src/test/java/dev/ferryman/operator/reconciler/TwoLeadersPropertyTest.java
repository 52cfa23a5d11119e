package dev.ferryman.operator.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Started;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.operator.Sample;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.KnownInstance;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/**
 * Two operators that both believe to lead, each with a cache that may be old, and agents, users and
 * restarts in between: one attempt, one call, one outcome, and that is the true one.
 */
class TwoLeadersPropertyTest {
  private static final String MOVE = "move";
  private static final int ROUNDS_TO_THE_END = 30;

  enum Event {
    FirstActs,
    SecondActs,
    FirstHears,
    SecondHears,
    FirstBeginsAnew,
    SecondBeginsAnew,
    SourceGoesOn,
    DestinationGoesOn,
    AllGoOn,
    UserCancels,
    UserDeletes,
    TimePasses
  }

  enum Ending {
    Moved,
    FailedBeforeSwitchOver
  }

  @Property(tries = 1000)
  void doNoHarm(@ForAll @Size(min = 5, max = 60) List<Event> events, @ForAll Ending ending) {
    var world = new World(ending);
    for (var event : events) {
      world.happens(event);
      world.assertSafe();
    }
    world.toTheEnd();
    world.assertTrueOutcome();
  }

  /** Whatever each of them has seen so far; what it wrote itself it knows. */
  private static final class Leader implements Cluster, MigrationWriter {
    private final FakeApi api;
    private final TickingClock clock;
    private final Map<String, Migration> seen = new LinkedHashMap<>();
    private MigrationReconciler reconciler;

    Leader(FakeApi api, TickingClock clock) {
      this.api = api;
      this.clock = clock;
      beginAnew();
    }

    void beginAnew() {
      reconciler = new MigrationReconciler(this, api, this, transition -> {}, clock, 5);
      hear();
    }

    void hear() {
      seen.clear();
      seen.putAll(api.objects);
    }

    void act() {
      var move = seen.get(MOVE);
      if (move != null) {
        var unused = reconciler.reconcile(move);
      }
    }

    @Override
    public Migration hold(Migration migration, String source, String destination)
        throws StaleException {
      return wrote(api.hold(migration, source, destination));
    }

    @Override
    public Migration status(Migration migration, LiveMigrationStatus part) throws StaleException {
      return wrote(api.status(migration, part));
    }

    @Override
    public void release(Migration migration) throws StaleException {
      if (api.get(migration.name()) == null) {
        throw new StaleException(new IllegalStateException("404"));
      }
      api.release(migration);
    }

    @Override
    public void delete(Migration migration) {
      throw new IllegalStateException("nothing was ordered to be deleted");
    }

    private Migration wrote(Migration written) {
      seen.put(written.name(), written);
      return written;
    }

    @Override
    public List<HostResource> hosts() {
      return api.hosts();
    }

    @Override
    public List<Migration> migrations() {
      return List.copyOf(seen.values());
    }

    @Override
    public List<KnownInstance> instances() {
      return List.of();
    }

    @Override
    public boolean isHeard() {
      return true;
    }
  }

  private static final class World {
    private final FakeApi api = new FakeApi();
    private final TickingClock clock = new TickingClock();
    private final Leader first;
    private final Leader second;
    private final Ending ending;
    private int calls;
    private Optional<Phase> outcome = Optional.empty();

    World(Ending ending) {
      this.ending = ending;
      api.host(Sample.host("host-b", Sample.instance()));
      api.host(Sample.host("host-c"));
      api.create(Sample.order(MOVE, Sample.UID, "i-00000003", "host-c"));
      first = new Leader(api, clock);
      second = new Leader(api, clock);
    }

    void happens(Event event) {
      switch (event) {
        case FirstActs -> first.act();
        case SecondActs -> second.act();
        case FirstHears -> first.hear();
        case SecondHears -> second.hear();
        case FirstBeginsAnew -> first.beginAnew();
        case SecondBeginsAnew -> second.beginAnew();
        case SourceGoesOn -> source();
        case DestinationGoesOn -> destination();
        case AllGoOn -> allGoOn();
        case UserCancels -> user(() -> api.cancel(MOVE));
        case UserDeletes -> user(() -> api.delete(MOVE));
        case TimePasses -> clock.pass(Duration.ofSeconds(5));
      }
    }

    /** A deleted object that nothing holds is gone at once. */
    private void user(Runnable change) {
      var move = api.get(MOVE);
      if (move == null || move.phase().isTerminal()) {
        return;
      }
      change.run();
      if (api.get(MOVE).deleting() && !api.get(MOVE).held()) {
        api.objects.remove(MOVE);
      }
    }

    private void allGoOn() {
      for (var leader : List.of(first, second)) {
        leader.hear();
        leader.act();
      }
      source();
      destination();
    }

    void toTheEnd() {
      for (int round = 0; round < ROUNDS_TO_THE_END && api.get(MOVE) != null; round++) {
        allGoOn();
        assertSafe();
        clock.pass(Duration.ofSeconds(5));
      }
    }

    /** As the agent does, held to the API server's rules. */
    private void source() {
      var move = api.get(MOVE);
      if (move == null || !move.held()) {
        return;
      }
      var source = move.source();
      if (source == null) {
        var state = move.phase() == Phase.Checking ? SourceState.Checked : SourceState.CleanedUp;
        api.source(MOVE, Sample.source(state).build());
        return;
      }
      switch (source.state()) {
        case Checked -> {
          if (move.phase() == Phase.Migrating && !move.isCancelRequested()) {
            api.source(MOVE, Sample.source(SourceState.Starting).build());
            calls++;
          } else if (move.phase() != Phase.Checking) {
            api.source(MOVE, Sample.source(SourceState.CleanedUp).build());
          }
        }
        case Starting -> api.source(MOVE, Sample.source(SourceState.Running).build());
        case Running -> api.source(MOVE, end());
        default -> {}
      }
    }

    private SourceReport end() {
      return ending == Ending.Moved
          ? Sample.ended(Switched.Gone, DomainState.Absent, null).build()
          : Sample.ended(Switched.NeverStopped, DomainState.Running, "booted").build();
    }

    private void destination() {
      var move = api.get(MOVE);
      if (move == null || !move.held()) {
        return;
      }
      var source = move.source();
      if (source != null && source.endSequence() != null) {
        api.destination(
            MOVE,
            ending == Ending.Moved
                ? Sample.saw(Started.Started, DomainState.Running, "migrated").build()
                : Sample.saw(Started.NeverStarted, DomainState.Absent, null).build());
      } else if (move.destination() == null && move.phase() == Phase.Checking) {
        api.destination(MOVE, Sample.destination(DestinationState.Checked).build());
      } else if (move.phase() == Phase.Settling || move.phase().isTerminal()) {
        api.destination(MOVE, Sample.destination(DestinationState.CleanedUp).build());
      }
    }

    void assertSafe() {
      assertThat(api.writes.stream().filter("Checking"::equals)).as("attempts").hasSizeLessThan(2);
      assertThat(calls).as("calls of libvirt").isLessThan(2);
      var terminal =
          api.writes.stream()
              .filter(w -> !w.equals("hold") && !w.equals("release"))
              .map(Phase::valueOf)
              .filter(Phase::isTerminal)
              .toList();
      assertThat(terminal).as("outcomes").hasSizeLessThan(2);
      outcome = terminal.stream().findFirst();
    }

    void assertTrueOutcome() {
      if (outcome.isEmpty()) {
        assertThat(api.get(MOVE)).as("deleted before anybody had looked at it").isNull();
        return;
      }
      if (calls == 0) {
        // Cancelled, or an agent did not answer within the time that it is given.
        assertThat(outcome.get()).isIn(Phase.Failed, Phase.Cancelled);
      } else if (ending == Ending.Moved) {
        assertThat(outcome).contains(Phase.Succeeded);
      } else {
        assertThat(outcome.get()).isIn(Phase.Failed, Phase.Cancelled);
      }
      assertThat(Optional.ofNullable(api.get(MOVE)).map(Migration::held))
          .isNotEqualTo(Optional.of(true));
    }
  }
}
