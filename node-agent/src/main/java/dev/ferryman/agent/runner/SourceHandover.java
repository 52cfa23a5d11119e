package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.StandstillEvidence;
import dev.ferryman.agent.decide.SwitchedEvidence;
import dev.ferryman.agent.journal.JournalEntry;
import dev.ferryman.agent.journal.Stage;
import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.agent.libvirt.LifecycleEvent;
import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.ProcessIdentity;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceOrder;
import dev.ferryman.crds.livemigration.Switched;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The source's copy at the switch-over: when it ends for good, and whether libvirt has let it go on
 * before that.
 */
final class SourceHandover {
  private static final Logger LOG = LoggerFactory.getLogger(SourceHandover.class);

  /** So long after libvirt has let it go on, what the copy has done since is little. */
  static final Duration JUST = Duration.ofSeconds(60);

  private final Role role;
  private @Nullable AutoCloseable watch;
  private boolean ended;
  private @Nullable Long resumedAt;

  /** Whether the connection that brings libvirt's events is lost. */
  private boolean disconnected;

  /** Whether all that libvirt told until the process had ended is known here. */
  private boolean caughtUp;

  private boolean catchingUp;

  SourceHandover(Role role) {
    this.role = role;
  }

  /** What is known of the copy before libvirt is called; null: it runs. */
  @Nullable SinceSwitchover atStart(DomainFacts domain) {
    return domain.state() == DomainState.Paused ? SinceSwitchover.StoodStill : null;
  }

  /**
   * Watches the QEMU process under a Strict call: its end, which is known some 200 ms before
   * libvirt tells of it, lets the destination go on.
   */
  void watch() {
    var entry = role.entry();
    var process = entry == null ? null : processBefore(entry);
    if (role.isStrict() && process != null && watch == null) {
      watch = role.host.hypervisor().whenEnded(process, () -> role.perform(this::processEnded));
    }
  }

  private static @Nullable ProcessIdentity processBefore(JournalEntry entry) {
    var baseline = entry.baseline();
    return baseline == null ? null : baseline.domain().process();
  }

  private void processEnded() {
    ended = true;
    if (disconnected) {
      noteEndUnseen();
    }
    role.proceed();
  }

  /**
   * The process has ended while no events came. A daemon that was dead has let nothing go on, and
   * its last words came before the connection's end; one that hung may have.
   */
  private void noteEndUnseen() {
    if (role.daemonStart() == null) {
      caughtUp = true;
    } else {
      noteGap();
    }
  }

  void disconnected() {
    disconnected = true;
    if (ended && !caughtUp) {
      noteEndUnseen();
    }
  }

  /** libvirt is back; what it did meanwhile was not seen. */
  void reconnected() {
    if (disconnected && !ended) {
      noteGap();
    }
    disconnected = false;
  }

  private void noteGap() {
    var entry = role.entry();
    if (entry != null && entry.stage().isOpen()) {
      role.record(JournalEntry::withGap);
    }
  }

  /**
   * Whether the watched process has ended, and nothing is known of its guest having gone on since
   * it was stopped.
   */
  boolean hasStoodStillToItsEnd() {
    var entry = role.entry();
    return ended && entry != null && entry.sinceSwitchover() == SinceSwitchover.StoodStill;
  }

  /**
   * Whether all that libvirt told before the end of the process is known here; asks for what is
   * not, and has the role proceed then.
   */
  boolean hasCaughtUp() {
    if (!caughtUp && !catchingUp) {
      role.host
          .hypervisor()
          .whenCaughtUp(
              () ->
                  role.perform(
                      () -> {
                        catchingUp = false;
                        caughtUp = true;
                        role.proceed();
                      }));
      catchingUp = true;
    }
    return caughtUp;
  }

  /** Whether the copy is known to stand still now. */
  boolean standsStill() {
    var entry = role.entry();
    return entry != null && entry.sinceSwitchover() == SinceSwitchover.StoodStill;
  }

  /** The call is over: its evidence tells all. */
  void close() {
    var watching = watch;
    watch = null;
    if (watching != null) {
      try {
        watching.close();
      } catch (Exception e) {
        LOG.debug("the watch of a process is left", e);
      }
    }
  }

  /** Notes when the copy was stopped, and when it went on. */
  void noticed(LifecycleEvent event, JournalEntry entry) {
    switch (event.kind()) {
      case Suspended -> {
        var known = entry.suspended() && entry.sinceSwitchover() == SinceSwitchover.StoodStill;
        if (entry.stage() == Stage.Starting && !known) {
          role.record(e -> e.withSuspended(true).withSinceSwitchover(SinceSwitchover.StoodStill));
        }
      }
      case Resumed -> {
        if (entry.suspended()) {
          resumedAt = role.host.nanoTime().getAsLong();
        }
        note(entry, SinceSwitchover.WentOn);
      }
      case Started -> note(entry, SinceSwitchover.WentOn);
      case Defined, Undefined, Stopped, Shutdown, PMSuspended, Crashed -> {}
    }
  }

  /** Notes what a reading after the end of the call tells. */
  void read(DomainReport now) {
    var entry = role.entry();
    if (entry != null) {
      note(entry, StandstillEvidence.read(entry.sinceSwitchover(), now));
    }
  }

  private void note(JournalEntry entry, @Nullable SinceSwitchover since) {
    if (entry.sinceSwitchover() != since) {
      role.record(e -> e.withSinceSwitchover(since));
    }
  }

  /** Whether the copy, as it is after the end of libvirt's call, can have handed over. */
  Switched switched(JournalEntry entry, DomainReport now) {
    var baseline = entry.baseline();
    return SwitchedEvidence.judge(
        baseline == null ? null : baseline.domain(),
        now,
        entry.suspended(),
        role.isSameDaemon(entry));
  }

  /**
   * Whether all of a copy that is gone is known to be at the destination. A post-copy that libvirt
   * had lost sight of ends as migrated; one that it was asked to go on with takes the definition
   * along before that call returns.
   */
  boolean hasAllLeft(JournalEntry entry, DomainReport now, boolean persistent, SourceOrder order) {
    return entry.hasSucceeded()
        || StandstillEvidence.MIGRATED.equals(now.reason())
        || (persistent && order == SourceOrder.ResumePostCopy && now.state() == DomainState.Absent);
  }

  /** What is known of a copy that is gone. */
  SinceSwitchover judge(DomainReport now, boolean persistent) {
    var entry = role.entry();
    var result = entry == null ? null : entry.result();
    return StandstillEvidence.judge(
        now,
        entry == null ? null : entry.sinceSwitchover(),
        persistent,
        result != null && result.code() == CallResult.SUCCESS);
  }

  /**
   * Whether the copy runs only since libvirt let it go on after a failed switch-over, less than a
   * minute ago, in the QEMU process of before. Unknown to an agent that was not there: then no.
   */
  boolean isJustResumed(DomainReport now) {
    var entry = role.entry();
    var since = resumedAt;
    return entry != null
        && since != null
        && now.state().runs()
        && SwitchedEvidence.MIGRATION_CANCELED.equals(now.reason())
        && now.process() != null
        && Objects.equals(now.process(), processBefore(entry))
        && role.host.nanoTime().getAsLong() - since < TimeUnit.SECONDS.toNanos(JUST.toSeconds());
  }
}
