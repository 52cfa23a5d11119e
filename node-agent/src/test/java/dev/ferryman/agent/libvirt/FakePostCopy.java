package dev.ferryman.agent.libvirt;

import dev.ferryman.agent.libvirt.FakeMigration.Stage;
import dev.ferryman.agent.libvirt.LifecycleEvent.Kind;
import dev.ferryman.crds.livemigration.DomainState;

/**
 * The post-copy of a fake migration: the guest runs at the destination before all of it is there,
 * and each host has a half of it.
 */
public final class FakePostCopy {
  private final MigrationRequest request;
  private final FakeCopies copies;
  private final FakeJob job;
  private boolean held;

  /** Whether the destination's daemon, started anew, knows of the migration no more. */
  private boolean forgottenAtDestination;

  FakePostCopy(MigrationRequest request, FakeCopies copies, FakeJob job) {
    this.request = request;
    this.copies = copies;
    this.job = job;
  }

  // The test's side.

  /** {@link Hypervisor#startPostCopy} is noted, and answered, but nothing follows yet. */
  public void hold() {
    happens(() -> held = true);
  }

  /** The guest goes on at the destination; the rest of it is on the way. */
  public void begin() {
    happens(this::splits);
  }

  /** All of the guest has come. libvirt removes the source's definition only if it was watching. */
  public void finish() {
    happens(
        () -> {
          job.require(job.isAt(Stage.PostCopy));
          copyIsWhole();
          sourceHasLeft();
        });
  }

  /** The same while the destination's libvirt does not look; {@link #finishLate} follows. */
  public void finishAtSource() {
    happens(
        () -> {
          job.require(job.isAt(Stage.PostCopy));
          sourceHasLeft();
        });
  }

  /** The destination's libvirt finds that all has come. */
  public void finishLate() {
    happens(this::copyIsWhole);
  }

  /** QEMU loses its stream: both sides tell, and stand still until they are brought together. */
  public void breakStream() {
    happens(
        () -> {
          job.require(job.isAt(Stage.PostCopy) && copies.copy != null);
          job.enter(Stage.PostCopyBroken);
          sourceFails();
          destinationFails();
          job.answer(FakeOutcomes.POST_COPY_FAILED);
        });
  }

  /** libvirt loses the other side; QEMU's stream goes on by itself. */
  public void loseControl() {
    happens(
        () -> {
          job.require(job.isAt(Stage.PostCopy));
          sourceFails();
          job.answer(FakeOutcomes.SOCKET_CLOSED);
        });
  }

  /** Whether each host has a half of the guest, be the stream broken or not. */
  public boolean isUnderWay() {
    synchronized (copies.source.world) {
      return job.isInPostCopy();
    }
  }

  private void happens(Runnable change) {
    copies.source.world.happens(change);
  }

  // For the fakes; the world's lock is held.

  /** As QEMU does: soon after it was asked. */
  void start() {
    if (!request.convergence().mayPostCopy() || job.isAt(Stage.Begun)) {
      throw new HypervisorException(
          55,
          10,
          "internal error: unable to execute QEMU command 'migrate-start-postcopy': Enable postcopy"
              + " with migrate_set_capability before the start of migration");
    }
    if (!held) {
      splits();
    }
  }

  /** As by a call with VIR_MIGRATE_POSTCOPY_RESUME. */
  void resume() {
    if (!copies.original.reason.equals(StateWords.POST_COPY_FAILED)) {
      if (job.returned().isDone()) {
        // Then libvirt 9.0 forgets the job that it has taken up after its restart.
        job.leave();
      }
      throw FakeHypervisor.notValid("QEMU reports migration is still running");
    }
    if (!job.isAt(Stage.PostCopyBroken)) {
      throw FakeHypervisor.notValid("QEMU reports migration is still running");
    }
    if (forgottenAtDestination || copies.copy == null) {
      throw FakeHypervisor.notValid(
          "domain '" + copies.original.name + "' is not processing incoming migration");
    }
    job.enter(Stage.PostCopy);
    job.awaitAnew();
    halvesAreInPostCopy();
  }

  /** One half of the guest is gone: its QEMU has died, or was destroyed. */
  void halfDied(FakeDomain domain) {
    if (domain == copies.copy) {
      copies.copy = null;
      job.enter(Stage.PostCopyBroken);
      sourceFails();
      job.answer(FakeOutcomes.NOT_RUNNING);
    } else if (domain == copies.original) {
      destinationFails();
      job.end(FakeOutcomes.NOT_RUNNING);
    }
  }

  /** QEMU's stream needs no daemon; which of them watches it does not matter to it. */
  void daemonDied(FakeDaemon daemon) {
    if (daemon == copies.source.daemon) {
      job.answer(FakeOutcomes.DAEMON_DIED);
    } else if (daemon == copies.destination.daemon) {
      forgottenAtDestination = true;
      sourceFails();
      job.answer(FakeOutcomes.SOCKET_CLOSED);
    }
  }

  private void splits() {
    copies.sourceStops();
    var arrived = copies.copy;
    if (!job.isAt(Stage.SwitchedOver) || arrived == null) {
      return;
    }
    job.enter(Stage.PostCopy);
    copies.copyIsTakenIn(arrived);
    halvesAreInPostCopy();
  }

  private void halvesAreInPostCopy() {
    copies.original.becomes(DomainState.Paused, StateWords.POST_COPY);
    copies.source.daemon.emit(copies.original, Kind.Suspended, 7);
    var copy = copies.copy;
    if (copy != null) {
      copy.becomes(DomainState.Running, StateWords.POST_COPY);
      copies.destination.daemon.emit(copy, Kind.Resumed, 3);
    }
  }

  private void sourceHasLeft() {
    copies.sourceLeaves(!job.returned().isDone());
    job.end(CallOutcome.SUCCESS);
  }

  private void copyIsWhole() {
    var copy = copies.copy;
    if (copy != null && copy.isReceivedInPostCopy()) {
      copy.becomes(DomainState.Running, "migrated");
      copies.destination.daemon.emit(copy, Kind.Resumed, 1);
    }
  }

  private void sourceFails() {
    if (copies.original.state.isActive()) {
      copies.original.becomes(DomainState.Paused, StateWords.POST_COPY_FAILED);
      copies.source.daemon.emit(copies.original, Kind.Suspended, 8);
    }
  }

  private void destinationFails() {
    var copy = copies.copy;
    if (copy != null && copy.state.isActive()) {
      copy.becomes(DomainState.Running, StateWords.POST_COPY_FAILED);
      copies.destination.daemon.emit(copy, Kind.Resumed, 4);
    }
  }
}
