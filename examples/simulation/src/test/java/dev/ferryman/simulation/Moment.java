package dev.ferryman.simulation;

import dev.ferryman.agent.libvirt.FakeMigration.Stage;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.OnTimeout;
import dev.ferryman.crds.livemigration.Phase;
import java.time.Duration;

/** A moment of a move. */
enum Moment {
  Checking {
    @Override
    boolean isNow(Simulation simulation) {
      var status = simulation.status();
      return status != null && status.phase() == Phase.Checking && status.source() != null;
    }
  },
  /** The destination makes images of local disks; never where there are none. */
  Preparing {
    @Override
    boolean isNow(Simulation simulation) {
      var status = simulation.status();
      return status != null && status.phase() == Phase.Preparing;
    }
  },
  MigratingEarly {
    @Override
    boolean isNow(Simulation simulation) {
      return simulation.stage() == Stage.Begun;
    }
  },
  MigratingLate {
    @Override
    boolean isNow(Simulation simulation) {
      return simulation.stage() == Stage.Copying
          && simulation.sinceBegin().compareTo(Duration.ofSeconds(2)) > 0;
    }
  },
  /** A busy guest has been paused so that its copying ends. */
  PausedToFinish {
    @Override
    boolean isNow(Simulation simulation) {
      return simulation.kind.busy() == OnTimeout.Pause
          && simulation.stage() == Stage.Copying
          && simulation.hypervisor(Simulation.SOURCE).stateOf(simulation.uuid)
              == DomainState.Paused;
    }
  },
  /** A busy guest has gone on at the destination this very moment. */
  GoingOverToPostCopy {
    @Override
    boolean isNow(Simulation simulation) {
      return simulation.stage() == Stage.PostCopy;
    }
  },
  /** The rest of it is on the way, and both hosts know. */
  InPostCopy {
    @Override
    boolean isNow(Simulation simulation) {
      return simulation.stage() == Stage.PostCopy
          && simulation.libvirt.hasFetchedFor(Duration.ofSeconds(1));
    }
  },
  SwitchingOver {
    @Override
    boolean isNow(Simulation simulation) {
      return simulation.stage() == Stage.SwitchedOver;
    }
  },
  /** The destination's copy has been finished, and the source does not know yet. */
  Finished {
    @Override
    boolean isNow(Simulation simulation) {
      return simulation.stage() == Stage.Finished;
    }
  },
  Settling {
    @Override
    boolean isNow(Simulation simulation) {
      var status = simulation.status();
      return status != null
          && status.source() != null
          && status.source().endSequence() != null
          && !status.phase().isTerminal();
    }
  },
  RightAfter {
    @Override
    boolean isNow(Simulation simulation) {
      var status = simulation.status();
      return status != null && status.phase() == Phase.Succeeded;
    }
  };

  abstract boolean isNow(Simulation simulation);
}
