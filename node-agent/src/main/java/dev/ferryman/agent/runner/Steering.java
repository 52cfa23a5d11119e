package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.convergence.Course;
import dev.ferryman.agent.decide.convergence.Flow;
import dev.ferryman.agent.decide.convergence.Limits;
import dev.ferryman.agent.decide.convergence.PostCopyTurn;
import dev.ferryman.agent.decide.convergence.Reading;
import dev.ferryman.agent.journal.JournalEntry;
import dev.ferryman.agent.journal.Pause;
import dev.ferryman.agent.journal.PostCopy;
import dev.ferryman.agent.libvirt.HypervisorException;
import dev.ferryman.crds.livemigration.GivenUp;
import dev.ferryman.crds.livemigration.Progress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a job to its end: allows more downtime where that is needed, pauses the guest or goes over
 * to post-copy if that is ordered, or gives the job up.
 *
 * <p>What a pause leaves behind is libvirt's to undo, as that of its own switch-over: it lets the
 * guest go on when the job fails or is aborted, also after it was restarted.
 */
final class Steering {
  private static final Logger LOG = LoggerFactory.getLogger(Steering.class);

  private final Role role;
  private @Nullable Course course;
  private @Nullable Flow flow;
  private long downtimeSet;

  /** Whether libvirt has answered that the guest is paused. */
  private boolean paused;

  Steering(Role role) {
    this.role = role;
  }

  /** Whether the job is to be ended; that outlives this process. */
  boolean hasGivenUp() {
    var entry = role.entry();
    return entry != null && entry.givenUp() != null;
  }

  void seen(Progress progress) {
    var entry = role.entry();
    if (entry == null || entry.givenUp() != null || entry.isInPostCopy() || role.isCancelled()) {
      return;
    }
    var limits = Limits.of(role.migration.getSpec().convergenceOrDefault());
    var now = Reading.of(progress, Duration.ofNanos(role.host.nanoTime().getAsLong()));
    var pause = entry.pause();
    if (pause != null) {
      stands(pause, now, limits);
    } else if (entry.postCopy() != null) {
      startPostCopy();
    } else {
      runs(entry, now, limits);
    }
  }

  private void runs(JournalEntry entry, Reading now, Limits limits) {
    var next = Course.next(course, now, limits);
    if (next == null) {
      return;
    }
    course = next;
    flow = Flow.next(flow, now, next.lastHeadway());
    var because = next.givenUp();
    if (because == null) {
      allow(next.downtimeMilliseconds(limits));
      return;
    }
    var ordered = role.migration.getSpec().convergenceOrDefault();
    if (ordered.mayPause() && ranBefore(entry)) {
      pause(because, now);
    } else if (ordered.mayPostCopy()) {
      switch (PostCopyTurn.judge(because, next, flow, now, limits)) {
        case Wait -> allow(next.downtimeMilliseconds(limits));
        case Start -> goOverToPostCopy(because);
        case GiveUp -> giveUp(because);
      }
    } else {
      giveUp(because);
    }
  }

  /** Record before acting: whoever finds the guest in two halves must know how it came to that. */
  private void goOverToPostCopy(GivenUp because) {
    role.record(entry -> entry.withPostCopy(new PostCopy(because, false)));
    role.host
        .listener()
        .postCopy(
            role.migration,
            because + ": the guest goes on at the destination, and the rest of it is copied there");
    startPostCopy();
  }

  /** Until libvirt shows that it has: it may have left an earlier request unanswered. */
  private void startPostCopy() {
    try {
      role.host.hypervisor().startPostCopy(role.instanceUUID);
    } catch (HypervisorException notNow) {
      LOG.debug("libvirt does not begin the post-copy of {} now", role.attemptUID, notNow);
    }
  }

  /** A guest that stands still anyway is not helped by that. */
  private static boolean ranBefore(JournalEntry entry) {
    var baseline = entry.baseline();
    return baseline != null && baseline.domain().state().runs();
  }

  /** Record before acting: whoever finds the guest paused must know whose pause it is. */
  private void pause(GivenUp because, Reading now) {
    role.record(entry -> entry.withPause(new Pause(because, now.elapsed().toMillis())));
    role.host
        .listener()
        .paused(role.migration, because + ": the guest is paused until the rest of it is copied");
    suspend();
  }

  private void stands(Pause pause, Reading now, Limits limits) {
    if (limits.isPausedTooLong(now.elapsed(), Duration.ofMillis(pause.elapsedMilliseconds()))) {
      giveUp(pause.because());
    } else if (!paused) {
      suspend();
    }
  }

  private void suspend() {
    try {
      role.host.hypervisor().pauseMigrating(role.instanceUUID);
      paused = true;
    } catch (HypervisorException notNow) {
      LOG.debug("libvirt does not pause the guest of {} now", role.attemptUID, notNow);
    }
  }

  private void giveUp(GivenUp because) {
    role.record(entry -> entry.withGivenUp(because));
  }

  private void allow(long milliseconds) {
    if (milliseconds == downtimeSet) {
      return;
    }
    try {
      role.host.hypervisor().setMaxDowntime(role.instanceUUID, milliseconds);
      downtimeSet = milliseconds;
      LOG.info("{} may stand still for {} ms", role.attemptUID, milliseconds);
    } catch (HypervisorException notNow) {
      LOG.debug("libvirt does not take the downtime of {} now", role.attemptUID, notNow);
    }
  }
}
