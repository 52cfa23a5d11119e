package dev.ferryman.agent.runner;

import dev.ferryman.agent.journal.JournalEntry;
import dev.ferryman.agent.journal.Part;
import dev.ferryman.agent.libvirt.LifecycleEvent;
import dev.ferryman.crds.livemigration.Attempt;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.MigrationStatistics;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SwitchoverMode;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * This host's part in one attempt. Everything that happens to it is worked off one after the other
 * on a {@link RoleThread} of its own.
 */
abstract class Role {
  private static final Duration ORPHAN_LOOK = Duration.ofSeconds(1);
  private static final Duration COPY_LOOK = Duration.ofSeconds(2);

  protected final HostContext host;
  protected final String attemptUID;

  /** libvirt UUID of the instance. */
  protected final String instanceUUID;

  private final Part part;
  private final RoleThread thread;
  private final Runnable whenDone;
  private final Runnable rereadOthers;

  /** The object as last seen. */
  protected LiveMigration migration;

  private boolean gone;
  private boolean mustReread;

  /** Looks to come, each by its pause. */
  private final Set<Duration> looks = new HashSet<>();

  /**
   * What a role is there for.
   *
   * @param whenDone called when nothing is left to do
   * @param rereadOthers has the other roles of the instance on this host look at their objects
   */
  record Mission(
      String attemptUID,
      String instanceUUID,
      Part part,
      Runnable whenDone,
      Runnable rereadOthers) {}

  Role(HostContext host, LiveMigration migration, Mission mission) {
    this.host = host;
    this.migration = migration;
    this.attemptUID = mission.attemptUID();
    this.instanceUUID = mission.instanceUUID();
    this.part = mission.part();
    this.whenDone = mission.whenDone();
    this.rereadOthers = mission.rereadOthers();
    this.thread = new RoleThread(host, part + " of " + attemptUID, this::proceed);
  }

  /** Takes the next step, if there is one to take; called again after each that was taken. */
  protected abstract void advance();

  /** What is left to do when the object has gone, or is about another attempt. */
  protected abstract void advanceOrphaned();

  /** libvirt reported something of the instance's domain. */
  protected abstract void noticed(LifecycleEvent event);

  /** libvirt reported the final figures of the instance's migration. */
  protected void completed(MigrationStatistics statistics) {}

  /** libvirt's events were interrupted. */
  protected void eventsMissed() {}

  final void changed(LiveMigration now) {
    perform(
        () -> {
          if (!Versions.isOlder(now, migration)) {
            migration = now;
            proceed();
          }
        });
  }

  /** The object has gone from the API server. */
  final void gone() {
    perform(
        () -> {
          becomeOrphan();
          proceed();
        });
  }

  protected final void becomeOrphan() {
    if (!gone) {
      gone = true;
      host.listener()
          .orphaned(migration, "the LiveMigration has gone; " + part + " cleans up by itself");
    }
  }

  protected final boolean isGone() {
    return gone;
  }

  /** Reads the object anew, until the API server has answered: a watch may have missed its end. */
  final void reread() {
    perform(
        () -> {
          mustReread = true;
          proceed();
        });
  }

  /** Not watched any more: perhaps because an attempt with another host is about to begin. */
  final void left() {
    perform(
        () -> {
          mustReread = true;
          try {
            proceed();
          } finally {
            if (!gone && isCurrent() && phase() == Phase.Pending) {
              wakeAfter(ORPHAN_LOOK, this::left);
            }
          }
        });
  }

  /** Whatever else is open at the instance here may be over, and has not heard of it yet. */
  protected final void rereadOthers() {
    rereadOthers.run();
  }

  private void rereadNow() {
    var now =
        host.api()
            .get(migration.getMetadata().getName())
            .filter(
                found ->
                    Objects.equals(found.getMetadata().getUid(), migration.getMetadata().getUid()));
    mustReread = false;
    if (now.isEmpty()) {
      becomeOrphan();
    } else {
      // Also if its version is lower than a known one: then the API server's store was put back.
      migration = now.get();
      forgetWords();
    }
  }

  /** What this role has said is what the API holds: its store may have been put back. */
  protected abstract void forgetWords();

  /** What was read of libvirt before may no longer be so. */
  protected abstract void doubtEvidence();

  /** libvirt is back: what happened meanwhile must be read. */
  final void refresh() {
    perform(
        () -> {
          doubtEvidence();
          proceed();
        });
  }

  final void lifecycle(LifecycleEvent event) {
    perform(
        () -> {
          noticed(event);
          proceed();
        });
  }

  final void jobCompleted(MigrationStatistics statistics) {
    completed(statistics);
  }

  final void disconnected() {
    perform(this::eventsMissed);
  }

  /** Takes the next step; for an attempt that is over, that of an orphan. */
  protected final void proceed() {
    if (mustReread) {
      rereadNow();
    }
    if (gone || !isCurrent() || isSuperseded()) {
      advanceOrphaned();
    } else {
      advance();
    }
  }

  /** Hands work to the role's thread. */
  protected final void perform(Runnable work) {
    thread.perform(work);
  }

  /**
   * Takes an orphan's next step a while later: one look at a time, however often something happens
   * meanwhile.
   *
   * @param before what is looked at first
   */
  protected final void lookAgainOrphaned(Runnable before) {
    lookAgain(ORPHAN_LOOK, before);
  }

  /**
   * Takes the next step a while later if a copy was there: a restarted libvirtd ends one that it
   * cannot take up, after it has answered for it, and sends no event of that.
   *
   * @param read the copy as it was read last
   * @param before what is done first
   */
  protected final void lookAgainWhileActive(DomainReport read, Runnable before) {
    if (read.state().isActive()) {
      lookAgain(COPY_LOOK, before);
    }
  }

  private void lookAgain(Duration pause, Runnable before) {
    if (looks.add(pause)) {
      wakeAfter(
          pause,
          () -> {
            looks.remove(pause);
            before.run();
            proceed();
          });
    }
  }

  /** Performs work on the role's thread after a while. */
  protected final void wakeAfter(Duration delay, Runnable work) {
    thread.performAfter(delay, work);
  }

  /** Nothing is left to do here for the attempt. */
  protected final void done() {
    whenDone.run();
    thread.finish();
  }

  /** Ends the role's thread without a word: the agent stops, the journal knows where. */
  final void abandon() {
    thread.abandon();
  }

  /**
   * Waits until an abandoned role has left what it was at; a libvirt that hangs may keep it.
   *
   * @return whether it has
   */
  final boolean awaitEnd(Duration patience) throws InterruptedException {
    return thread.awaitEnd(patience);
  }

  protected final @Nullable JournalEntry entry() {
    return host.journal().find(attemptUID, part).orElse(null);
  }

  /** Changes the attempt's entry, or opens it. */
  protected final JournalEntry record(UnaryOperator<JournalEntry> change) {
    var entry = entry();
    return host.journal().put(change.apply(entry != null ? entry : newEntry()));
  }

  private JournalEntry newEntry() {
    var metadata = migration.getMetadata();
    return JournalEntry.open(
        metadata.getUid(),
        metadata.getName(),
        attemptUID,
        part,
        instanceUUID,
        host.clock().instant());
  }

  protected final LiveMigrationStatus status() {
    return Objects.requireNonNull(migration.getStatus(), "status of an attempt");
  }

  protected final Phase phase() {
    return Objects.requireNonNull(status().phase(), "phase of an attempt");
  }

  /** Whether the object is about this attempt. */
  private boolean isCurrent() {
    var status = migration.getStatus();
    Attempt attempt = status == null ? null : status.attempt();
    return attempt != null && attempt.uid().equals(attemptUID);
  }

  /**
   * Whether another attempt has followed, or a host for it is looked for: then this one left the
   * guest untouched at its source.
   */
  protected final boolean isSuperseded() {
    var status = migration.getStatus();
    Attempt attempt = status == null ? null : status.attempt();
    var number = Integer.parseInt(attemptUID.substring(attemptUID.indexOf('/') + 1));
    return !gone
        && attempt != null
        && (attempt.number() > number
            || status.failedAttempts().stream().anyMatch(failed -> failed.number() == number));
  }

  protected final boolean isCancelled() {
    return migration.getSpec().cancelled()
        || migration.getMetadata().getDeletionTimestamp() != null;
  }

  /** Whether the copy waits at the destination until the source's is gone. */
  protected final boolean isStrict() {
    return status().switchover() == SwitchoverMode.Strict;
  }

  /** Name of the host that the instance goes to. */
  protected final String destination() {
    return Objects.requireNonNull(status().destinationHost(), "destinationHost of an attempt");
  }

  /** Start of the libvirt daemon; null while it is not running. */
  protected final @Nullable Long daemonStart() {
    var ticks = host.hypervisor().daemonStartTicks();
    return ticks.isPresent() ? ticks.getAsLong() : null;
  }

  /** Whether boot and libvirt daemon are still those of the entry's baseline. */
  protected final boolean isSameDaemon(JournalEntry entry) {
    var baseline = entry.baseline();
    return baseline != null
        && baseline.bootID().equals(host.bootID())
        && baseline.daemonStartTicks() != null
        && baseline.daemonStartTicks().equals(daemonStart());
  }

  /** Last settlement step that this host has carried out; 0: none. */
  protected final int orderDone() {
    var entry = entry();
    return entry == null ? 0 : entry.settledStep();
  }

  /** Settlement step of the current attempt that is ordered; 0: none. */
  protected final int orderedStep() {
    var settlement = status().settlement();
    return settlement == null || !settlement.attemptUID().equals(attemptUID)
        ? 0
        : settlement.step();
  }
}
