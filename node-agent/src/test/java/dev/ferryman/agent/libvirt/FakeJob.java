package dev.ferryman.agent.libvirt;

import dev.ferryman.agent.libvirt.FakeMigration.Stage;
import dev.ferryman.crds.livemigration.Progress;
import java.util.concurrent.CompletableFuture;

/**
 * The job that libvirt keeps of a fake migration, and the call that waits for it. The world's lock
 * is held.
 */
final class FakeJob {
  private Stage stage = Stage.Begun;
  private boolean active = true;
  private CompletableFuture<CallOutcome> returned = new CompletableFuture<>();
  private boolean callHeld;
  private Progress progress =
      new Progress(0, 0L, 0L, 0L, null, null, null, null, null, 0L, null, 1L, null, null);

  Stage stage() {
    return stage;
  }

  void enter(Stage next) {
    stage = next;
  }

  boolean isAt(Stage wanted) {
    return stage == wanted;
  }

  /** The guest has not stopped for it yet. */
  boolean isBeforeSwitchOver() {
    return stage == Stage.Begun || stage == Stage.Copying;
  }

  boolean isInPostCopy() {
    return stage == Stage.PostCopy || stage == Stage.PostCopyBroken;
  }

  void require(boolean condition) {
    if (!condition) {
      throw new IllegalStateException("the migration is " + stage + " already");
    }
  }

  boolean isActive() {
    return active;
  }

  void progress(Progress figures) {
    progress = figures;
  }

  JobFacts facts() {
    return active ? JobFacts.migration(progress) : JobFacts.NONE;
  }

  /** libvirt knows of it no more, whatever becomes of the call. */
  void leave() {
    active = false;
  }

  void end(CallOutcome outcome) {
    leave();
    stage = Stage.Over;
    answer(outcome);
  }

  // The call.

  /** What the call that waits now returns; another one may wait later. */
  CompletableFuture<CallOutcome> returned() {
    return returned;
  }

  /** The call returns with that, unless it is held. */
  void answer(CallOutcome outcome) {
    if (!callHeld) {
      returned.complete(outcome);
    }
  }

  void holdCall() {
    callHeld = true;
  }

  /** Another call waits for it from now on. */
  void awaitAnew() {
    returned = new CompletableFuture<>();
  }
}
