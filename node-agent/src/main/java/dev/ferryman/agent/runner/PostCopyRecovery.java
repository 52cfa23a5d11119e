package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.OrderGuard;
import dev.ferryman.agent.decide.OrderGuard.Permission;
import dev.ferryman.agent.decide.PostCopyState;
import dev.ferryman.agent.libvirt.CallOutcome;
import dev.ferryman.agent.libvirt.HypervisorException;
import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.SourceOrder;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has libvirt go on with a post-copy whose stream has broken, again and again: what broke it may
 * last.
 *
 * <p>Only while libvirt shows the source's half as failed. Asked while it does not, libvirt 9.0
 * refuses as well, but forgets the job that it has taken up after a restart, and would leave the
 * source's half paused for ever (seen); in a failed one a request that comes too early does no
 * harm.
 */
final class PostCopyRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(PostCopyRecovery.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LAST_PAUSE = Duration.ofSeconds(30);

  private final Role role;
  private final Preflight preflight;
  private final Runnable doubt;
  private Duration pause = FIRST_PAUSE;

  /** Whether a request is under way, or a pause after one. */
  private boolean busy;

  /**
   * @param doubt called when libvirt's answer is in: what was read before may no longer be so
   */
  PostCopyRecovery(Role role, Preflight preflight, Runnable doubt) {
    this.role = role;
    this.preflight = preflight;
    this.doubt = doubt;
  }

  /**
   * Does what can be done now.
   *
   * @return whether there is nothing more to do: the source's is no such half any more
   */
  boolean isOver(OrderGuard.Source known) {
    var now = Domains.report(role.host.hypervisor().domain(role.instanceUUID));
    if (OrderGuard.permit(SourceOrder.ResumePostCopy, now, known) == Permission.Act) {
      if (!busy) {
        begin();
      }
      return false;
    }
    return PostCopyState.of(now) != PostCopyState.UnderWay;
  }

  private void begin() {
    busy = true;
    var began = role.host.nanoTime().getAsLong();
    role.host
        .workers()
        .apart(
            "resume " + role.attemptUID,
            () -> {
              var outcome = outcome();
              role.perform(() -> returned(outcome, began));
            });
  }

  private CallOutcome outcome() {
    try {
      var route = preflight.route();
      if (route.trouble() != null) {
        throw HypervisorException.noAnswer(route.trouble());
      }
      var request = new CallRequest(role).makeUp(route.address(), false);
      return role.host.hypervisor().migrate(request.withResumesPostCopy(true));
    } catch (RuntimeException e) {
      return new CallOutcome(
          HypervisorException.NO_ANSWER, 0, "libvirt was not asked: " + e.getMessage());
    }
  }

  private void returned(CallOutcome outcome, long began) {
    var lasted = Duration.ofNanos(role.host.nanoTime().getAsLong() - began);
    if (lasted.compareTo(LAST_PAUSE) > 0) {
      pause = FIRST_PAUSE;
    }
    LOG.info(
        "{}: the post-copy that had broken {}",
        role.attemptUID,
        outcome.succeeded() ? "has ended well" : "is not over: " + outcome.message());
    if (outcome.succeeded()) {
      role.record(entry -> entry.withResult(new CallResult(CallResult.SUCCESS, null, null)));
    }
    doubt.run();
    role.wakeAfter(
        pause,
        () -> {
          busy = false;
          role.proceed();
        });
    var longer = pause.multipliedBy(2);
    pause = longer.compareTo(LAST_PAUSE) < 0 ? longer : LAST_PAUSE;
    role.proceed();
  }
}
