package dev.ferryman.agent.libvirt;

import dev.ferryman.agent.libvirt.FakeMigration.Stage;
import dev.ferryman.crds.livemigration.DomainState;

/**
 * What becomes of a fake migration when a QEMU, a daemon or a host that has a part in it is lost.
 * The world's lock is held.
 */
final class FakeLosses {
  private final FakeCopies copies;
  private final FakePostCopy postCopy;
  private final FakeJob job;

  FakeLosses(FakeCopies copies, FakePostCopy postCopy, FakeJob job) {
    this.copies = copies;
    this.postCopy = postCopy;
    this.job = job;
  }

  /** A domain was destroyed, or its QEMU died. */
  void died(FakeDomain domain) {
    if (!job.isActive()) {
      return;
    }
    if (job.isInPostCopy()) {
      postCopy.halfDied(domain);
    } else if (domain == copies.original) {
      originalDied();
    } else if (domain == copies.copy) {
      copyDied();
    }
  }

  private void originalDied() {
    if (!job.isAt(Stage.SwitchedOver) && !job.isAt(Stage.Finished)) {
      copies.copyFails();
      job.end(FakeOutcomes.NOT_RUNNING);
    }
  }

  private void copyDied() {
    if (job.isAt(Stage.Copying) || job.isAt(Stage.SwitchedOver)) {
      var outcome =
          job.isAt(Stage.Copying)
              ? FakeOutcomes.DESTINATION_QEMU_DIED
              : FakeOutcomes.MONITOR_CLOSED;
      copies.copy = null;
      copies.sourceGoesOn();
      job.end(outcome);
    }
  }

  /** The host of a domain is without power. */
  void powerLostOf(FakeDomain domain) {
    if (job.isActive() && job.isInPostCopy()) {
      postCopy.halfDied(domain);
    }
  }

  /** The call is lost with its daemon; what libvirt does on the other side, and when it is back. */
  void daemonDied(FakeDaemon daemon) {
    if (!job.isActive()) {
      return;
    }
    if (job.isInPostCopy()) {
      postCopy.daemonDied(daemon);
    } else if (daemon == copies.source.daemon) {
      sourceDaemonDied();
    } else if (daemon == copies.destination.daemon) {
      destinationDaemonDied();
    }
  }

  private void sourceDaemonDied() {
    if (!job.isAt(Stage.Finished)) {
      copies.copyIsDestroyed();
    }
    copies.original.goesOnWithDaemon =
        job.isBeforeSwitchOver() && copies.stateBefore != DomainState.Paused;
    job.end(FakeOutcomes.DAEMON_DIED);
  }

  private void destinationDaemonDied() {
    var arrived = copies.copy;
    if (job.isAt(Stage.Copying) && arrived != null) {
      copies.destination.domains.remove(arrived.uuid);
    } else if (job.isAt(Stage.SwitchedOver) && arrived != null) {
      arrived.orphanOfKilledDaemon = true;
    }
    copies.sourceGoesOn();
    job.end(FakeOutcomes.SOCKET_CLOSED);
  }
}
