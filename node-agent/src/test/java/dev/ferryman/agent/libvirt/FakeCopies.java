package dev.ferryman.agent.libvirt;

import dev.ferryman.agent.libvirt.FakeMigration.Stage;
import dev.ferryman.agent.libvirt.LifecycleEvent.Kind;
import dev.ferryman.crds.livemigration.DomainState;
import org.jspecify.annotations.Nullable;

/**
 * The source's and the destination's copy of a guest that a fake libvirt moves, with the states,
 * reasons and events of libvirt 9.0 at each step. Each step makes up for those before it. The
 * world's lock is held.
 */
final class FakeCopies {
  final FakeDomain original;
  final FakeHypervisor source;
  final FakeHypervisor destination;
  final DomainState stateBefore;

  /** The destination's; null before it arrives, and once it is lost. */
  @Nullable FakeDomain copy;

  private final MigrationRequest request;
  private final FakeJob job;

  FakeCopies(
      MigrationRequest request, FakeDomain original, FakeHypervisor destination, FakeJob job) {
    this.request = request;
    this.original = original;
    this.source = original.host;
    this.destination = destination;
    this.stateBefore = original.state;
    this.job = job;
  }

  /** The destination has its copy: paused, being received, with the attempt's mark. */
  void copyArrives() {
    if (!job.isAt(Stage.Begun)) {
      return;
    }
    if (lacksImage()) {
      job.end(FakeOutcomes.NO_IMAGE);
      return;
    }
    if (!destination.objects.hasFilters(request.destinationXml())) {
      job.end(FakeOutcomes.NO_FILTER);
      return;
    }
    job.enter(Stage.Copying);
    var arrived = original.copyAt(destination, request);
    copy = arrived;
    destination.daemon.emit(arrived, Kind.Started, 1);
  }

  /** libvirt makes no image by itself for a disk that is copied in this way. */
  private boolean lacksImage() {
    return original.definition().disks().stream()
        .filter(disk -> request.copiedDisks().contains(disk.target()))
        .anyMatch(disk -> !destination.hasFile(String.valueOf(disk.path())));
  }

  /** The source's CPUs are stopped. */
  void sourceStops() {
    copyArrives();
    if (!job.isAt(Stage.Copying)) {
      return;
    }
    job.enter(Stage.SwitchedOver);
    if (copy != null) {
      copy.wrote = original.wrote;
    }
    sourcePauses();
  }

  void sourcePauses() {
    if (original.state == DomainState.Running) {
      original.becomes(DomainState.Paused, StateWords.MIGRATING);
      source.daemon.emit(original, Kind.Suspended, 1);
    }
  }

  /** The destination's CPUs are started, unless the guest was paused before. */
  void copyStarts() {
    var arrived = copy;
    if (arrived == null || !arrived.incoming) {
      return;
    }
    copyIsTakenIn(arrived);
    if (stateBefore == DomainState.Paused || request.leftPaused()) {
      arrived.becomes(DomainState.Paused, "user");
      destination.daemon.emit(arrived, Kind.Suspended, 0);
    } else if (source.world.imageLocks() && original.state.runs()) {
      copyFails();
    } else {
      arrived.becomes(DomainState.Running, "migrated");
      destination.daemon.emit(arrived, Kind.Resumed, 1);
    }
  }

  /** It is not being received any more, and defined if that was asked for. */
  void copyIsTakenIn(FakeDomain arrived) {
    arrived.incoming = false;
    if (request.persistent()) {
      arrived.persistentXml = request.persistentXml();
      destination.daemon.emit(arrived, Kind.Defined, 0);
    }
  }

  /** The source's copy has gone to the other host, and its definition with it if so wanted. */
  void sourceLeaves(boolean withDefinition) {
    if (withDefinition && request.persistent()) {
      original.persistentXml = null;
    }
    original.stops("migrated", 3);
    source.daemon.emitJobCompleted(original.uuid, FakeMigration.STATISTICS);
  }

  void sourceGoesOn() {
    var locked = source.world.imageLocks() && copy != null && copy.state.runs();
    if (original.state == DomainState.Paused && stateBefore != DomainState.Paused && !locked) {
      original.becomes(DomainState.Running, "migration canceled");
      source.daemon.emit(original, Kind.Resumed, 1);
    }
  }

  /** What was received is given up, and the source goes on. */
  void sourceGoesOnAlone() {
    copyFails();
    sourceGoesOn();
  }

  void copyFails() {
    if (copy != null) {
      copy.stops("failed", 5);
      copy = null;
    }
  }

  /** By its own daemon, when the source's is gone. */
  void copyIsDestroyed() {
    if (copy != null) {
      destination.daemon.emit(copy, Kind.Shutdown, 2);
      copy.stops("destroyed", 1);
      copy = null;
    }
  }
}
