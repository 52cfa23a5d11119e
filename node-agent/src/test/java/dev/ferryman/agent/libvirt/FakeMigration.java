package dev.ferryman.agent.libvirt;

import dev.ferryman.agent.libvirt.LifecycleEvent.Kind;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.MigrationStatistics;
import dev.ferryman.crds.livemigration.Progress;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A migration that a fake libvirt runs: the test says what becomes of it, in one go or step by step
 * in libvirt's order ({@link #arrive}, {@link #switchOver}, {@link #finish}, {@link #confirm}).
 * States, reasons, events and errors are those that libvirt 9.0 showed in the same places.
 */
public final class FakeMigration {
  /** libvirt's final figures of a success. */
  public static final MigrationStatistics STATISTICS =
      new MigrationStatistics(75L, 4100L, 902_000_000L, 3L);

  /** Sent by the source when libvirt gives up on the other side. */
  public static final CallOutcome SOCKET_CLOSED =
      new CallOutcome(1, 7, "internal error: client socket is closed");

  public static final CallOutcome ABORTED =
      new CallOutcome(78, 10, "operation aborted: migration out: canceled by client");

  public static final CallOutcome DAEMON_DIED =
      new CallOutcome(38, 7, "End of file while reading data: Input/output error");

  /** Measured with libvirt 9.0 (NON_SHARED_INC). */
  public static final CallOutcome NO_IMAGE =
      new CallOutcome(
          84,
          10,
          "Operation not supported: pre-creation of storage targets for incremental storage"
              + " migration is not supported");

  /** libvirt's virErrorNumber NO_NWFILTER. */
  public static final CallOutcome NO_FILTER =
      new CallOutcome(62, 10, "Network filter not found: Could not find filter");

  public static final CallOutcome DESTINATION_QEMU_DIED =
      new CallOutcome(
          9, 10, "operation failed: job 'migration out' failed: Unable to write to socket");

  public static final CallOutcome POST_COPY_FAILED =
      new CallOutcome(9, 10, "operation failed: job 'migration in' failed in post-copy phase");

  /** How far it is. */
  public enum Stage {
    Begun,
    Copying,
    SwitchedOver,
    /** The guest runs at the destination, and its memory is on the way. */
    PostCopy,
    /** The same, but the stream has broken. */
    PostCopyBroken,
    Finished,
    Over
  }

  private final MigrationRequest request;
  private final FakeDomain original;
  private final FakeHypervisor source;
  private final FakeHypervisor destination;
  private CompletableFuture<CallOutcome> returned = new CompletableFuture<>();
  private final DomainState stateBefore;
  private Stage stage = Stage.Begun;
  private boolean jobActive = true;
  private boolean abortRequested;
  private boolean abortsHeld;
  private boolean postCopyHeld;
  private boolean callHeld;

  /** Whether the destination's daemon, started anew, knows of the migration no more. */
  private boolean forgottenAtDestination;

  private Progress progress =
      new Progress(0, 0L, 0L, 0L, null, null, null, null, null, 0L, null, 1L, null, null);
  private @Nullable FakeDomain copy;

  FakeMigration(MigrationRequest request, FakeDomain original, FakeHypervisor destination) {
    this.request = request;
    this.original = original;
    this.source = original.host;
    this.destination = destination;
    this.stateBefore = original.state;
  }

  // Seen from outside.

  public MigrationRequest request() {
    return request;
  }

  public FakeHypervisor source() {
    return source;
  }

  public FakeHypervisor destination() {
    return destination;
  }

  public Stage stage() {
    synchronized (source.world) {
      return stage;
    }
  }

  /** Tells whether the call that waits for it now has returned; not of a later one. */
  public BooleanSupplier callReturned() {
    synchronized (source.world) {
      return returned::isDone;
    }
  }

  public boolean abortRequested() {
    synchronized (source.world) {
      return abortRequested;
    }
  }

  // The whole of it.

  /** As libvirt's own order has it: the destination runs before the source is gone. */
  public void succeed() {
    finish();
    confirm();
  }

  /**
   * The destination's QEMU dies in mid-copy: the guest never stops, and the source says nothing.
   */
  public void failBeforeSwitchOver() {
    failBeforeSwitchOver(DESTINATION_QEMU_DIED);
  }

  public void failBeforeSwitchOver(CallOutcome outcome) {
    act(
        () -> {
          require(stage == Stage.Begun || stage == Stage.Copying);
          copyFails();
          sourceGoesOn();
          ends(outcome);
        });
  }

  /** The destination cannot take over: the source goes on, by libvirt. */
  public void failAfterSwitchOver() {
    switchOver();
    act(
        () -> {
          copyFails();
          sourceGoesOn();
          ends(new CallOutcome(1, 10, "internal error: qemu unexpectedly closed the monitor"));
        });
  }

  /**
   * The reply to Finish is lost, but the destination runs: libvirt resumes the source beside it.
   */
  public void loseReplyAfterStart() {
    finish();
    act(
        () -> {
          sourceGoesOn();
          ends(SOCKET_CLOSED);
        });
  }

  /** The same where image locks keep the source from going on. */
  public void loseReplyAfterStartWithLocks() {
    finish();
    act(() -> ends(SOCKET_CLOSED));
  }

  /** Finish never reaches the destination, which ends its copy; the source goes on. */
  public void loseReplyBeforeStart() {
    switchOver();
    act(
        () -> {
          copyFails();
          sourceGoesOn();
          ends(SOCKET_CLOSED);
        });
  }

  /**
   * The call fails while the destination's daemon hangs with Finish in its queue: the source goes
   * on, the copy is still paused. {@link #finishLate} tells the rest.
   */
  public void failWithFinishQueued() {
    switchOver();
    act(
        () -> {
          sourceGoesOn();
          ends(SOCKET_CLOSED);
        });
  }

  /** The destination's daemon goes on and carries out what was queued. */
  public void finishLate() {
    act(this::copyStarts);
  }

  // Step by step; each makes up for the steps before it.

  /** The destination has its copy: paused, being received, with the attempt's mark. */
  public void arrive() {
    act(this::copyArrives);
  }

  public void progress(Progress figures) {
    act(() -> progress = figures);
  }

  /** What was received is given up, though the call has ended before. */
  public void discardLate() {
    act(
        () -> {
          if (copy != null && copy.incoming) {
            copyIsDestroyed();
          }
        });
  }

  /** The source's CPUs are stopped. */
  public void switchOver() {
    act(this::sourceStops);
  }

  /** The destination's CPUs are started, unless the guest was paused before. */
  public void finish() {
    act(
        () -> {
          sourceStops();
          copyStarts();
          stage = Stage.Finished;
        });
  }

  /** The source's QEMU has been killed by libvirt, which tells of that later. */
  public void endSourceProcess() {
    act(
        () -> {
          require(stage == Stage.Finished);
          original.losesProcess();
        });
  }

  /** libvirt lets the source go on, and is about to return. */
  public void letSourceGoOn() {
    act(this::sourceGoesOn);
  }

  /** The call returns with an error; both copies stand as they are. */
  public void breakOff() {
    act(() -> ends(SOCKET_CLOSED));
  }

  /** The source's copy is gone, and the call returns. */
  public void confirm() {
    act(
        () -> {
          require(stage == Stage.Finished);
          jobActive = false;
          if (original.state.isActive()) {
            if (request.persistent()) {
              original.persistentXml = null;
            }
            original.stops("migrated", 3);
            source.emitJobCompleted(original.uuid, STATISTICS);
          }
          ends(CallOutcome.SUCCESS);
        });
  }

  /** {@link Hypervisor#startPostCopy} is noted, and answered, but nothing follows yet. */
  public void holdPostCopy() {
    act(() -> postCopyHeld = true);
  }

  /** The guest goes on at the destination; the rest of it is on the way. */
  public void goOverToPostCopy() {
    act(this::splits);
  }

  /** All of the guest has come. libvirt removes the source's definition only if it was watching. */
  public void finishPostCopy() {
    act(
        () -> {
          require(stage == Stage.PostCopy);
          copyIsWhole();
          sourceHasLeft();
        });
  }

  /**
   * The same while the destination's libvirt does not look; {@link #finishPostCopyLate} follows.
   */
  public void finishPostCopyAtSource() {
    act(
        () -> {
          require(stage == Stage.PostCopy);
          sourceHasLeft();
        });
  }

  /** The destination's libvirt finds that all has come. */
  public void finishPostCopyLate() {
    act(this::copyIsWhole);
  }

  /** QEMU loses its stream: both sides tell, and stand still until they are brought together. */
  public void breakStream() {
    act(
        () -> {
          require(stage == Stage.PostCopy && copy != null);
          stage = Stage.PostCopyBroken;
          sourceFailsInPostCopy();
          destinationFailsInPostCopy();
          answer(POST_COPY_FAILED);
        });
  }

  /** libvirt loses the other side; QEMU's stream goes on by itself. */
  public void loseControlInPostCopy() {
    act(
        () -> {
          require(stage == Stage.PostCopy);
          sourceFailsInPostCopy();
          answer(SOCKET_CLOSED);
        });
  }

  /** The call does not return before {@link #letCallReturn}, whatever becomes of the job. */
  public void holdCall() {
    act(() -> callHeld = true);
  }

  /** libvirt's answer comes at last. */
  public void letCallReturn() {
    act(() -> returned.complete(SOCKET_CLOSED));
  }

  /** {@link Hypervisor#abortJob} is noted, but the job goes on until the test ends it. */
  public void holdAborts() {
    act(() -> abortsHeld = true);
  }

  // For the fakes; the world's lock is held.

  CompletableFuture<CallOutcome> returned() {
    return returned;
  }

  boolean isOf(String uuid) {
    return original.uuid.equals(uuid);
  }

  boolean isActive() {
    return jobActive;
  }

  JobFacts job() {
    return jobActive ? JobFacts.migration(progress) : JobFacts.NONE;
  }

  /** As by virDomainSuspend: to libvirt that is as if the migration had stopped the guest. */
  void pause() {
    if (original.state == DomainState.Running) {
      original.becomes(DomainState.Paused, StateWords.MIGRATING);
      source.emit(original, Kind.Suspended, 1);
    }
  }

  /** As QEMU does: soon after it was asked. */
  void startPostCopy() {
    if (!request.convergence().mayPostCopy() || stage == Stage.Begun) {
      throw refused(
          "internal error: unable to execute QEMU command 'migrate-start-postcopy': Enable postcopy"
              + " with migrate_set_capability before the start of migration");
    }
    if (!postCopyHeld) {
      splits();
    }
  }

  /** As by a call with VIR_MIGRATE_POSTCOPY_RESUME. */
  void resumePostCopy() {
    if (!original.reason.equals(StateWords.POST_COPY_FAILED)) {
      if (returned.isDone()) {
        // Then libvirt 9.0 forgets the job that it has taken up after its restart.
        jobActive = false;
      }
      throw refused("Requested operation is not valid: QEMU reports migration is still running");
    }
    if (stage != Stage.PostCopyBroken) {
      throw refused("Requested operation is not valid: QEMU reports migration is still running");
    }
    if (forgottenAtDestination || copy == null) {
      throw refused(
          "Requested operation is not valid: domain '"
              + original.name
              + "' is not processing incoming migration");
    }
    stage = Stage.PostCopy;
    returned = new CompletableFuture<>();
    halvesAre(StateWords.POST_COPY, 7, 3);
  }

  private static HypervisorException refused(String message) {
    return new HypervisorException(55, 10, message);
  }

  private void splits() {
    sourceStops();
    var arrived = copy;
    if (stage != Stage.SwitchedOver || arrived == null) {
      return;
    }
    stage = Stage.PostCopy;
    arrived.incoming = false;
    if (request.persistent()) {
      arrived.persistentXml = request.persistentXml();
      destination.emit(arrived, Kind.Defined, 0);
    }
    halvesAre(StateWords.POST_COPY, 7, 3);
  }

  private void halvesAre(String reason, int suspended, int resumed) {
    original.becomes(DomainState.Paused, reason);
    source.emit(original, Kind.Suspended, suspended);
    if (copy != null) {
      copy.becomes(DomainState.Running, reason);
      destination.emit(copy, Kind.Resumed, resumed);
    }
  }

  private void sourceHasLeft() {
    if (!returned.isDone() && request.persistent()) {
      original.persistentXml = null;
    }
    original.stops("migrated", 3);
    source.emitJobCompleted(original.uuid, STATISTICS);
    ends(CallOutcome.SUCCESS);
  }

  private void copyIsWhole() {
    if (copy != null && copy.isReceivedInPostCopy()) {
      copy.becomes(DomainState.Running, "migrated");
      destination.emit(copy, Kind.Resumed, 1);
    }
  }

  private void sourceFailsInPostCopy() {
    if (original.state.isActive()) {
      original.becomes(DomainState.Paused, StateWords.POST_COPY_FAILED);
      source.emit(original, Kind.Suspended, 8);
    }
  }

  private void destinationFailsInPostCopy() {
    if (copy != null && copy.state.isActive()) {
      copy.becomes(DomainState.Running, StateWords.POST_COPY_FAILED);
      destination.emit(copy, Kind.Resumed, 4);
    }
  }

  private boolean isInPostCopy() {
    return stage == Stage.PostCopy || stage == Stage.PostCopyBroken;
  }

  /** One half of the guest is gone: its QEMU has died, or was destroyed. */
  private void halfDied(FakeDomain domain) {
    if (domain == copy) {
      copy = null;
      stage = Stage.PostCopyBroken;
      sourceFailsInPostCopy();
      answer(new CallOutcome(9, 10, "operation failed: domain is not running"));
    } else if (domain == original) {
      destinationFailsInPostCopy();
      ends(new CallOutcome(9, 10, "operation failed: domain is not running"));
    }
  }

  /** Its host is without power. */
  void powerLostOf(FakeDomain domain) {
    if (jobActive && isInPostCopy()) {
      halfDied(domain);
    }
  }

  /** QEMU's stream needs no daemon; which of them watches it does not matter to it. */
  private void daemonDiedInPostCopy(FakeHypervisor host) {
    if (host == source) {
      answer(DAEMON_DIED);
    } else if (host == destination) {
      forgottenAtDestination = true;
      sourceFailsInPostCopy();
      answer(SOCKET_CLOSED);
    }
  }

  void abort() {
    if (isInPostCopy()) {
      throw refused("Requested operation is not valid: cannot abort migration in post-copy mode");
    }
    abortRequested = true;
    // libvirt ignores it after the switch-over.
    if (!abortsHeld && (stage == Stage.Begun || stage == Stage.Copying)) {
      copyFails();
      sourceGoesOn();
      ends(ABORTED);
    }
  }

  /** A copy was destroyed, or its QEMU died. */
  void copyDied(FakeDomain domain) {
    if (!jobActive) {
      return;
    }
    if (isInPostCopy()) {
      halfDied(domain);
      return;
    }
    if (domain == original && stage != Stage.SwitchedOver && stage != Stage.Finished) {
      copyFails();
      ends(new CallOutcome(9, 10, "operation failed: domain is not running"));
    } else if (domain == copy && stage == Stage.Copying) {
      copy = null;
      sourceGoesOn();
      ends(DESTINATION_QEMU_DIED);
    } else if (domain == copy && stage == Stage.SwitchedOver) {
      copy = null;
      sourceGoesOn();
      ends(new CallOutcome(1, 10, "internal error: qemu unexpectedly closed the monitor"));
    }
  }

  /** The call is lost with its daemon; what libvirt does on the other side, and when it is back. */
  void daemonDied(FakeHypervisor host) {
    if (!jobActive) {
      return;
    }
    if (isInPostCopy()) {
      daemonDiedInPostCopy(host);
      return;
    }
    if (host == source) {
      if (stage != Stage.Finished) {
        copyIsDestroyed();
      }
      original.goesOnWithDaemon =
          (stage == Stage.Begun || stage == Stage.Copying) && stateBefore != DomainState.Paused;
      ends(DAEMON_DIED);
    } else if (host == destination) {
      var arrived = copy;
      if (stage == Stage.Copying && arrived != null) {
        destination.domains.remove(arrived.uuid);
      } else if (stage == Stage.SwitchedOver && arrived != null) {
        arrived.orphanOfKilledDaemon = true;
      }
      sourceGoesOn();
      ends(SOCKET_CLOSED);
    }
  }

  private void copyArrives() {
    if (stage != Stage.Begun) {
      return;
    }
    if (lacksImage()) {
      ends(NO_IMAGE);
      return;
    }
    if (!destination.objects.hasFilters(request.destinationXml())) {
      ends(NO_FILTER);
      return;
    }
    stage = Stage.Copying;
    copy = destination.receive(original, request);
    destination.emit(copy, Kind.Started, 1);
  }

  /** libvirt makes no image by itself for a disk that is copied in this way. */
  private boolean lacksImage() {
    return original.definition().disks().stream()
        .filter(disk -> request.copiedDisks().contains(disk.target()))
        .anyMatch(disk -> !destination.hasFile(String.valueOf(disk.path())));
  }

  private void sourceStops() {
    copyArrives();
    if (stage != Stage.Copying) {
      return;
    }
    stage = Stage.SwitchedOver;
    if (copy != null) {
      copy.wrote = original.wrote;
    }
    if (original.state == DomainState.Running) {
      original.becomes(DomainState.Paused, StateWords.MIGRATING);
      source.emit(original, Kind.Suspended, 1);
    }
  }

  private void copyStarts() {
    var arrived = copy;
    if (arrived == null || !arrived.incoming) {
      return;
    }
    arrived.incoming = false;
    if (request.persistent()) {
      arrived.persistentXml = request.persistentXml();
      destination.emit(arrived, Kind.Defined, 0);
    }
    if (stateBefore == DomainState.Paused || request.leftPaused()) {
      arrived.becomes(DomainState.Paused, "user");
      destination.emit(arrived, Kind.Suspended, 0);
    } else if (source.world.imageLocks() && original.state.runs()) {
      copyFails();
    } else {
      arrived.becomes(DomainState.Running, "migrated");
      destination.emit(arrived, Kind.Resumed, 1);
    }
  }

  private void copyFails() {
    if (copy != null) {
      copy.stops("failed", 5);
      copy = null;
    }
  }

  /** By its own daemon, when the source's is gone. */
  private void copyIsDestroyed() {
    if (copy != null) {
      destination.emit(copy, Kind.Shutdown, 2);
      copy.stops("destroyed", 1);
      copy = null;
    }
  }

  private void sourceGoesOn() {
    var locked = source.world.imageLocks() && copy != null && copy.state.runs();
    if (original.state == DomainState.Paused && stateBefore != DomainState.Paused && !locked) {
      original.becomes(DomainState.Running, "migration canceled");
      source.emit(original, Kind.Resumed, 1);
    }
  }

  private void ends(CallOutcome outcome) {
    jobActive = false;
    stage = Stage.Over;
    answer(outcome);
  }

  private void answer(CallOutcome outcome) {
    if (!callHeld) {
      returned.complete(outcome);
    }
  }

  private void act(Runnable change) {
    source.world.act(
        () -> {
          change.run();
          return this;
        });
  }

  private void require(boolean condition) {
    if (!condition) {
      throw new IllegalStateException("the migration is " + stage + " already");
    }
  }
}
