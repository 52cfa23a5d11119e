package dev.ferryman.simulation;

import dev.ferryman.agent.libvirt.FakeDomain;
import dev.ferryman.agent.libvirt.FakeHypervisor;
import dev.ferryman.agent.libvirt.FakeMigration.Stage;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What can be done to the parts of a simulation, and undone. */
final class Harm {
  private final Simulation simulation;
  private final Map<String, Duration> lags = new HashMap<>();
  private final Set<String> withoutPower = new HashSet<>();
  private final Set<String> fenced = new HashSet<>();

  Harm(Simulation simulation) {
    this.simulation = simulation;
  }

  private FakeHypervisor hypervisor(String host) {
    return simulation.hypervisor(host);
  }

  void lag(String process, Duration lag) {
    lags.put(process, lag);
  }

  Duration watchLag(String process) {
    return lags.getOrDefault(process, Duration.ZERO);
  }

  void startAgent(String host) {
    if (!withoutPower.contains(host)) {
      simulation.agent(host).start();
    }
  }

  void killDaemon(String host) {
    if (hypervisor(host).daemon.isUp()) {
      hypervisor(host).daemon.kill();
    }
  }

  void startDaemon(String host) {
    if (!withoutPower.contains(host) && !hypervisor(host).daemon.isUp()) {
      hypervisor(host).daemon.start();
    }
  }

  void hang(String host) {
    if (hypervisor(host).daemon.isUp()) {
      hypervisor(host).daemon.hang();
    }
  }

  void goOn(String host) {
    if (hypervisor(host).daemon.isHung()) {
      hypervisor(host).daemon.goOn();
    }
  }

  private Optional<FakeDomain> guest(String host) {
    return hypervisor(host).find(simulation.uuid).filter(domain -> domain.state().isActive());
  }

  /** The QEMU of the guest there. */
  void kill(String host) {
    guest(host)
        .ifPresent(
            domain -> {
              if (!domain.incoming()) {
                simulation.guestMayEnd();
              }
              domain.crash();
            });
  }

  /** The daemon there ends the half of a guest in post-copy that it was started anew with. */
  void endHalf(String host) {
    if (simulation.world.migrations().stream().anyMatch(each -> each.postCopy.isUnderWay())) {
      guest(host)
          .ifPresent(
              domain -> {
                simulation.guestMayEnd();
                domain.endWithDaemon();
              });
    }
  }

  /** QEMU's stream with the rest of a guest in post-copy. */
  void breakStream() {
    simulation.world.migrations().stream()
        .filter(migration -> migration.stage() == Stage.PostCopy)
        .forEach(migration -> migration.postCopy.breakStream());
  }

  /** The source and that host do not reach each other. */
  void cut(String host) {
    simulation.libvirt.cut.add(host);
    simulation.world.cut(Simulation.SOURCE, host);
  }

  void mendLink(String host) {
    simulation.libvirt.cut.remove(host);
    simulation.world.mend(Simulation.SOURCE, host);
  }

  void losePower(String host) {
    if (withoutPower.add(host)) {
      if (hypervisor(host).stateOf(simulation.uuid).isActive()) {
        simulation.guestMayEnd();
      }
      if (simulation.mode != Mode.Strict
          && simulation.stage() == Stage.Finished
          && host.equals(simulation.destination())) {
        // What locks held is free then, and libvirt lets the source's copy go on.
        simulation.mayRunTwice();
      }
      simulation.agent(host).kill();
      hypervisor(host).losePower();
    }
  }

  void fenceWhenDead(String host) {
    simulation.timeline.after(
        Duration.ofSeconds(60),
        () -> {
          if (withoutPower.contains(host) && simulation.api.isUp()) {
            fenced.add(host);
            simulation.api.fence(host);
          }
        });
  }

  /** Whether it has ever been. */
  boolean wasFenced(String host) {
    return fenced.contains(host);
  }

  void boot(String host) {
    if (withoutPower.remove(host)) {
      simulation.agent(host).rebooted();
      hypervisor(host).daemon.start();
      simulation.agent(host).start();
      simulation.api.unfence(host);
    }
  }

  /** The store is put back, and everybody notices at the next renewal of a Lease. */
  void restore() {
    if (simulation.api.restore()) {
      simulation.timeline.after(
          Duration.ofSeconds(5),
          () -> {
            simulation.hosts().forEach(host -> simulation.agent(host).beginAnew());
            if (simulation.operator.isAlive()) {
              simulation.operator.kill();
              simulation.operator.start();
            }
          });
    }
  }
}
