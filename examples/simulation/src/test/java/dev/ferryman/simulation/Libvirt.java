package dev.ferryman.simulation;

import dev.ferryman.agent.libvirt.FakeHypervisor;
import dev.ferryman.agent.libvirt.FakeMigration;
import dev.ferryman.agent.libvirt.FakeMigration.Stage;
import dev.ferryman.agent.libvirt.FakeOutcomes;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.ProgressBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Takes the fake libvirts' migrations through their stages, as far as faults let them. */
final class Libvirt {
  /** When libvirt gives up on another that does not answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** When QEMU gives up on another that it does not hear. */
  private static final Duration STREAM_PATIENCE = Duration.ofSeconds(45);

  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration ARRIVAL = Duration.ofMillis(200);
  private static final Duration COPY = Duration.ofSeconds(3);

  private final Simulation simulation;
  private final Map<FakeMigration, Long> since = new HashMap<>();
  private final Map<FakeMigration, Stage> stages = new HashMap<>();
  private final Map<FakeMigration, Long> stuckSince = new HashMap<>();
  private final Map<FakeMigration, Long> stillSince = new HashMap<>();
  private final List<FakeMigration> queuedFinish = new ArrayList<>();
  private final List<FakeMigration> lingering = new ArrayList<>();
  private final Map<FakeMigration, Duration> fetched = new HashMap<>();
  private final Set<FakeMigration> unwatched = new HashSet<>();
  private final List<FakeMigration> arrivedUnseen = new ArrayList<>();

  /** Hosts that the source does not reach, nor they it. */
  final Set<String> cut = new HashSet<>();

  /** Whether a copy was started after libvirt had let the guest go on at its source. */
  boolean finishedLate;

  /** Whether the reply to the next Finish gets lost. */
  boolean losesReply;

  Libvirt(Simulation simulation) {
    this.simulation = simulation;
    simulation.timeline.every(LOOK, this::goOn);
  }

  private void goOn() {
    simulation.world.migrations().forEach(this::goOn);
    queuedFinish.removeIf(this::finishesLate);
    lingering.removeIf(this::discardsLate);
    arrivedUnseen.removeIf(this::arrivesLate);
    simulation.hosts().forEach(host -> simulation.hypervisor(host).daemon.endOrphans());
  }

  private boolean finishesLate(FakeMigration migration) {
    if (!migration.destination().daemon.isUp()) {
      return true;
    }
    if (migration.destination().daemon.isHung()) {
      return false;
    }
    migration.finishLate();
    finishedLate = true;
    return true;
  }

  private boolean discardsLate(FakeMigration migration) {
    if (!migration.destination().daemon.isUp()) {
      return true;
    }
    if (migration.destination().daemon.isHung()) {
      return false;
    }
    migration.discardLate();
    return true;
  }

  private void goOn(FakeMigration migration) {
    if (migration.stage() != stages.put(migration, migration.stage())) {
      since.put(migration, simulation.timeline.nanoTime());
    }
    if (migration.stage() == Stage.Over || migration.source().daemon.isHung()) {
      return;
    }
    var stuck = isCut(migration) || migration.destination().daemon.isHung();
    if (!stuck) {
      stuckSince.remove(migration);
    } else {
      stuckSince.putIfAbsent(migration, simulation.timeline.nanoTime());
    }
    var hopeless = stuck && hasBeenStuckFor(migration, PATIENCE);
    switch (migration.stage()) {
      case Begun -> begun(migration, stuck, hopeless);
      case Copying -> copying(migration, hopeless);
      case SwitchedOver -> switchedOver(migration, stuck, hopeless);
      case PostCopy -> postCopy(migration, hopeless);
      case Finished -> finished(migration);
      case PostCopyBroken, Over -> {}
    }
  }

  private boolean isCut(FakeMigration migration) {
    return cut.contains(migration.destination().toString())
        || cut.contains(migration.source().toString());
  }

  private boolean hasBeenStuckFor(FakeMigration migration, Duration time) {
    return simulation.timeline.nanoTime() - stuckSince.get(migration) >= time.toNanos();
  }

  private boolean hasStood(FakeMigration migration, Duration time) {
    return simulation.timeline.nanoTime() - since.get(migration) >= time.toNanos();
  }

  private void begun(FakeMigration migration, boolean stuck, boolean hopeless) {
    if (hopeless) {
      migration.failBeforeSwitchOver(FakeOutcomes.SOCKET_CLOSED);
    } else if (!stuck && hasStood(migration, ARRIVAL)) {
      migration.arrive();
    }
  }

  /** Only QEMU takes part in it, so that a daemon that hangs is not missed at once. */
  private void copying(FakeMigration migration, boolean hopeless) {
    if (hopeless && isCut(migration)) {
      migration.failBeforeSwitchOver(FakeOutcomes.SOCKET_CLOSED);
    } else if (hopeless) {
      migration.breakOff();
      lingering.add(migration);
    } else if (!isCut(migration) && isCopied(migration)) {
      migration.switchOver();
    }
  }

  /** A busy guest is copied while it stands still alone. */
  private boolean isCopied(FakeMigration migration) {
    if (!simulation.kind.isBusy()) {
      return hasStood(migration, COPY);
    }
    var now = simulation.timeline.nanoTime();
    migration.progress(
        ProgressBuilder.builder()
            .percent(0)
            .memoryTotalBytes(1L << 30)
            .memoryProcessedBytes((now - since.get(migration)) / 10)
            .memoryRemainingBytes(1L << 29)
            .iteration(3L)
            .elapsedMilliseconds((now - since.get(migration)) / 1_000_000)
            .build());
    if (migration.source().stateOf(simulation.uuid) != DomainState.Paused) {
      stillSince.remove(migration);
      return false;
    }
    return now - stillSince.computeIfAbsent(migration, moved -> now) >= COPY.toNanos();
  }

  /**
   * QEMU's stream stands while the link is cut, and breaks if that lasts; it goes on whatever the
   * daemons do.
   */
  private void postCopy(FakeMigration migration, boolean hopeless) {
    if (isCut(migration) && hasBeenStuckFor(migration, STREAM_PATIENCE)) {
      migration.postCopy.breakStream();
      return;
    }
    if (hopeless && unwatched.add(migration)) {
      migration.postCopy.loseControl();
    }
    if (!isCut(migration)) {
      fetched.merge(migration, LOOK, Duration::plus);
    }
    if (hasFetchedFor(migration, COPY) && isWatching(migration.source())) {
      fetchedAll(migration);
    }
  }

  private void fetchedAll(FakeMigration migration) {
    if (isWatching(migration.destination())) {
      migration.postCopy.finish();
    } else if (migration.callReturned().getAsBoolean()) {
      migration.postCopy.finishAtSource();
      arrivedUnseen.add(migration);
    }
  }

  private boolean arrivesLate(FakeMigration migration) {
    if (isWatching(migration.destination())) {
      migration.postCopy.finishLate();
      return true;
    }
    return false;
  }

  private boolean hasFetchedFor(FakeMigration migration, Duration time) {
    return fetched.getOrDefault(migration, Duration.ZERO).compareTo(time) >= 0;
  }

  /** Whether the latest move has fetched memory in post-copy for so long. */
  boolean hasFetchedFor(Duration time) {
    return hasFetchedFor(simulation.migration(), time);
  }

  private static boolean isWatching(FakeHypervisor host) {
    return host.daemon.isUp() && !host.daemon.isHung();
  }

  private void switchedOver(FakeMigration migration, boolean stuck, boolean hopeless) {
    if (hopeless && migration.destination().daemon.isHung()) {
      migration.failWithFinishQueued();
      queuedFinish.add(migration);
    } else if (hopeless) {
      migration.loseReplyBeforeStart();
    } else if (!stuck && losesReply && hasStood(migration, LOOK)) {
      losesReply = false;
      migration.loseReplyAfterStart();
    } else if (!stuck && hasStood(migration, LOOK)) {
      migration.finish();
    }
  }

  private void finished(FakeMigration migration) {
    if (isCut(migration)) {
      migration.loseReplyAfterStart();
    } else if (hasStood(migration, LOOK)) {
      migration.confirm();
    }
  }
}
