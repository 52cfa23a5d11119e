package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.MigrationStatistics;
import dev.ferryman.crds.livemigration.Progress;
import java.util.function.BooleanSupplier;

/**
 * A migration that a fake libvirt runs: the test says what becomes of it, in one go or step by step
 * in libvirt's order ({@link #arrive}, {@link #switchOver}, {@link #finish}, {@link #confirm}).
 * States, reasons, events and errors are those that libvirt 9.0 showed in the same places.
 */
public final class FakeMigration {
  /** libvirt's final figures of a success. */
  public static final MigrationStatistics STATISTICS =
      new MigrationStatistics(75L, 4100L, 902_000_000L, 3L);

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

  /** What becomes of it if the guest goes on at the destination before all of it is there. */
  public final FakePostCopy postCopy;

  final FakeJob job = new FakeJob();
  final FakeLosses losses;

  private final MigrationRequest request;
  private final FakeCopies copies;
  private boolean abortRequested;
  private boolean abortsHeld;

  FakeMigration(MigrationRequest request, FakeDomain original, FakeHypervisor destination) {
    this.request = request;
    this.copies = new FakeCopies(request, original, destination, job);
    this.postCopy = new FakePostCopy(request, copies, job);
    this.losses = new FakeLosses(copies, postCopy, job);
  }

  // Seen from outside.

  public MigrationRequest request() {
    return request;
  }

  public FakeHypervisor source() {
    return copies.source;
  }

  public FakeHypervisor destination() {
    return copies.destination;
  }

  public Stage stage() {
    synchronized (world()) {
      return job.stage();
    }
  }

  /** Tells whether the call that waits for it now has returned; not of a later one. */
  public BooleanSupplier callReturned() {
    synchronized (world()) {
      return job.returned()::isDone;
    }
  }

  public boolean abortRequested() {
    synchronized (world()) {
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
    failBeforeSwitchOver(FakeOutcomes.DESTINATION_QEMU_DIED);
  }

  public void failBeforeSwitchOver(CallOutcome outcome) {
    happens(
        () -> {
          job.require(job.isBeforeSwitchOver());
          copies.sourceGoesOnAlone();
          job.end(outcome);
        });
  }

  /** The destination cannot take over: the source goes on, by libvirt. */
  public void failAfterSwitchOver() {
    switchOver();
    happens(
        () -> {
          copies.sourceGoesOnAlone();
          job.end(FakeOutcomes.MONITOR_CLOSED);
        });
  }

  /**
   * The reply to Finish is lost, but the destination runs: libvirt resumes the source beside it.
   */
  public void loseReplyAfterStart() {
    finish();
    happens(
        () -> {
          copies.sourceGoesOn();
          job.end(FakeOutcomes.SOCKET_CLOSED);
        });
  }

  /** The same where image locks keep the source from going on. */
  public void loseReplyAfterStartWithLocks() {
    finish();
    breakOff();
  }

  /** Finish never reaches the destination, which ends its copy; the source goes on. */
  public void loseReplyBeforeStart() {
    switchOver();
    happens(
        () -> {
          copies.sourceGoesOnAlone();
          job.end(FakeOutcomes.SOCKET_CLOSED);
        });
  }

  /**
   * The call fails while the destination's daemon hangs with Finish in its queue: the source goes
   * on, the copy is still paused. {@link #finishLate} tells the rest.
   */
  public void failWithFinishQueued() {
    switchOver();
    happens(
        () -> {
          copies.sourceGoesOn();
          job.end(FakeOutcomes.SOCKET_CLOSED);
        });
  }

  /** The destination's daemon goes on and carries out what was queued. */
  public void finishLate() {
    happens(copies::copyStarts);
  }

  // Step by step; each makes up for the steps before it.

  /** The destination has its copy: paused, being received, with the attempt's mark. */
  public void arrive() {
    happens(copies::copyArrives);
  }

  public void progress(Progress figures) {
    happens(() -> job.progress(figures));
  }

  /** What was received is given up, though the call has ended before. */
  public void discardLate() {
    happens(
        () -> {
          if (copies.copy != null && copies.copy.incoming) {
            copies.copyIsDestroyed();
          }
        });
  }

  /** The source's CPUs are stopped. */
  public void switchOver() {
    happens(copies::sourceStops);
  }

  /** The destination's CPUs are started, unless the guest was paused before. */
  public void finish() {
    happens(
        () -> {
          copies.sourceStops();
          copies.copyStarts();
          job.enter(Stage.Finished);
        });
  }

  /** The source's QEMU has been killed by libvirt, which tells of that later. */
  public void endSourceProcess() {
    happens(
        () -> {
          job.require(job.isAt(Stage.Finished));
          copies.original.losesProcess();
        });
  }

  /** libvirt lets the source go on, and is about to return. */
  public void letSourceGoOn() {
    happens(copies::sourceGoesOn);
  }

  /** The call returns with an error; both copies stand as they are. */
  public void breakOff() {
    happens(() -> job.end(FakeOutcomes.SOCKET_CLOSED));
  }

  /** The source's copy is gone, and the call returns. */
  public void confirm() {
    happens(
        () -> {
          job.require(job.isAt(Stage.Finished));
          job.leave();
          if (copies.original.state.isActive()) {
            copies.sourceLeaves(true);
          }
          job.end(CallOutcome.SUCCESS);
        });
  }

  /** The call does not return before {@link #letCallReturn}, whatever becomes of the job. */
  public void holdCall() {
    happens(job::holdCall);
  }

  /** libvirt's answer comes at last. */
  public void letCallReturn() {
    happens(() -> job.returned().complete(FakeOutcomes.SOCKET_CLOSED));
  }

  /** {@link Hypervisor#abortJob} is noted, but the job goes on until the test ends it. */
  public void holdAborts() {
    happens(() -> abortsHeld = true);
  }

  private FakeWorld world() {
    return copies.source.world;
  }

  private void happens(Runnable change) {
    world().happens(change);
  }

  // For the fakes; the world's lock is held.

  boolean isOf(String uuid) {
    return copies.original.uuid.equals(uuid);
  }

  /** As by virDomainSuspend: to libvirt that is as if the migration had stopped the guest. */
  void pause() {
    copies.sourcePauses();
  }

  void abort() {
    if (job.isInPostCopy()) {
      throw FakeHypervisor.notValid("cannot abort migration in post-copy mode");
    }
    abortRequested = true;
    // libvirt ignores it after the switch-over.
    if (!abortsHeld && job.isBeforeSwitchOver()) {
      copies.sourceGoesOnAlone();
      job.end(FakeOutcomes.ABORTED);
    }
  }
}
