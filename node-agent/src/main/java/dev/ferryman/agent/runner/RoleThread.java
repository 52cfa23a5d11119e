package dev.ferryman.agent.runner;

import dev.ferryman.agent.kube.ApiUnavailableException;
import dev.ferryman.agent.kube.ReportRefusedException;
import dev.ferryman.agent.libvirt.HypervisorException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works off what a role has to do, one piece after the other. Whatever fails because libvirt or the
 * API does not answer is tried again a little later, from a new look at things.
 */
final class RoleThread {
  private static final Logger LOG = LoggerFactory.getLogger(RoleThread.class);
  private static final Duration RETRY = Duration.ofMillis(500);

  private final String name;
  private final ExecutorService thread;
  private final ScheduledExecutorService timer;
  private final Runnable retry;
  private boolean retrying;
  private @Nullable String lastTrouble;

  /**
   * @param name whose it is, for the log
   * @param retry looks at things anew
   */
  RoleThread(HostContext host, String name, Runnable retry) {
    this.name = name;
    this.thread = host.workers().inOrder(name);
    this.timer = host.timer();
    this.retry = retry;
  }

  void perform(Runnable work) {
    try {
      thread.execute(() -> guarded(work));
    } catch (RejectedExecutionException ended) {
      LOG.debug("{} has ended", name);
    }
  }

  /** Performs work after a while. */
  void performAfter(Duration delay, Runnable work) {
    var unused = timer.schedule(() -> perform(work), delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void guarded(Runnable work) {
    try {
      work.run();
      lastTrouble = null;
    } catch (HypervisorException | ApiUnavailableException | ReportRefusedException e) {
      troubled(e.getMessage());
    } catch (RuntimeException e) {
      if (thread.isShutdown()) {
        LOG.debug("{} was interrupted by the agent's end", name, e);
      } else {
        failed(e);
      }
    }
  }

  /** Says each trouble once, however often it is met again. */
  private void troubled(@Nullable String message) {
    if (!Objects.equals(message, lastTrouble)) {
      lastTrouble = message;
      LOG.warn("{} waits: {}", name, message);
    }
    retryLater();
  }

  private void failed(RuntimeException e) {
    if (!Objects.equals(e.toString(), lastTrouble)) {
      LOG.error("{} failed, tries again", name, e);
    }
    lastTrouble = e.toString();
    retryLater();
  }

  private void retryLater() {
    if (!retrying) {
      retrying = true;
      performAfter(
          RETRY,
          () -> {
            retrying = false;
            retry.run();
          });
    }
  }

  /** Takes nothing on any more; what it was given before is still done. */
  void finish() {
    thread.shutdown();
  }

  /** Ends without a word. */
  void abandon() {
    thread.shutdownNow();
  }

  /** Waits for its end; returns whether it has come. */
  boolean awaitEnd(Duration patience) throws InterruptedException {
    return thread.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
  }
}
