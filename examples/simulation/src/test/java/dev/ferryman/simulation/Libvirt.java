package dev.ferryman.simulation;

import dev.ferryman.agent.libvirt.FakeMigration;
import dev.ferryman.agent.libvirt.FakeMigration.Stage;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.ProgressBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Takes the fake libvirts' migrations through their stages, as far as faults let them. */
final class Libvirt {
  /** When libvirt gives up on another that does not answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

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

  /** Whether the hosts do not reach each other. */
  boolean cut;

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
    simulation.hypervisor(Simulation.SOURCE).endOrphans();
    simulation.hypervisor(Simulation.DESTINATION).endOrphans();
  }

  private boolean finishesLate(FakeMigration migration) {
    if (!migration.destination().isUp()) {
      return true;
    }
    if (migration.destination().isHung()) {
      return false;
    }
    migration.finishLate();
    return true;
  }

  private boolean discardsLate(FakeMigration migration) {
    if (!migration.destination().isUp()) {
      return true;
    }
    if (migration.destination().isHung()) {
      return false;
    }
    migration.discardLate();
    return true;
  }

  private void goOn(FakeMigration migration) {
    if (migration.stage() != stages.put(migration, migration.stage())) {
      since.put(migration, simulation.timeline.nanoTime());
    }
    if (migration.stage() == Stage.Over || migration.source().isHung()) {
      return;
    }
    var stuck = cut || migration.destination().isHung();
    if (!stuck) {
      stuckSince.remove(migration);
    } else {
      stuckSince.putIfAbsent(migration, simulation.timeline.nanoTime());
    }
    var hopeless =
        stuck && simulation.timeline.nanoTime() - stuckSince.get(migration) >= PATIENCE.toNanos();
    switch (migration.stage()) {
      case Begun -> begun(migration, stuck, hopeless);
      case Copying -> copying(migration, hopeless);
      case SwitchedOver -> switchedOver(migration, stuck, hopeless);
      case Finished -> finished(migration);
      case Over -> {}
    }
  }

  private boolean hasStood(FakeMigration migration, Duration time) {
    return simulation.timeline.nanoTime() - since.get(migration) >= time.toNanos();
  }

  private void begun(FakeMigration migration, boolean stuck, boolean hopeless) {
    if (hopeless) {
      migration.failBeforeSwitchOver(FakeMigration.SOCKET_CLOSED);
    } else if (!stuck && hasStood(migration, ARRIVAL)) {
      migration.arrive();
    }
  }

  /** Only QEMU takes part in it, so that a daemon that hangs is not missed at once. */
  private void copying(FakeMigration migration, boolean hopeless) {
    if (hopeless && cut) {
      migration.failBeforeSwitchOver(FakeMigration.SOCKET_CLOSED);
    } else if (hopeless) {
      migration.breakOff();
      lingering.add(migration);
    } else if (!cut && isCopied(migration)) {
      migration.switchOver();
    }
  }

  /** A busy guest is copied while it stands still alone. */
  private boolean isCopied(FakeMigration migration) {
    if (!simulation.kind.busy()) {
      return hasStood(migration, COPY);
    }
    var now = simulation.timeline.nanoTime();
    migration.progress(
        ProgressBuilder.builder()
            .percent(0)
            .memoryTotalBytes(1L << 30)
            .memoryRemainingBytes(1L << 29)
            .iteration(1L)
            .elapsedMilliseconds((now - since.get(migration)) / 1_000_000)
            .build());
    if (migration.source().stateOf(simulation.uuid) != DomainState.Paused) {
      stillSince.remove(migration);
      return false;
    }
    return now - stillSince.computeIfAbsent(migration, moved -> now) >= COPY.toNanos();
  }

  private void switchedOver(FakeMigration migration, boolean stuck, boolean hopeless) {
    if (hopeless && migration.destination().isHung()) {
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
    if (cut) {
      migration.loseReplyAfterStart();
    } else if (hasStood(migration, LOOK)) {
      migration.confirm();
    }
  }
}
