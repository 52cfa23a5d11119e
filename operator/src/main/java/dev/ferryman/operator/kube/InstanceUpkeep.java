package dev.ferryman.operator.kube;

import dev.ferryman.operator.reconciler.InstanceReconciler;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the upkeep of Instance objects, one run at a time; requests during a run make one more. A
 * run that asks to be followed up replaces the follow-up of the one before.
 */
final class InstanceUpkeep implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(InstanceUpkeep.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final InstanceReconciler reconciler;
  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(1, Threads.daemon("instance-upkeep"));
  private final AtomicBoolean requested = new AtomicBoolean();
  private volatile boolean leading;

  /** Used by the one thread that runs. */
  private @Nullable Future<?> followUp;

  InstanceUpkeep(InstanceReconciler reconciler) {
    this.reconciler = reconciler;
    executor.setRemoveOnCancelPolicy(true);
  }

  /** Only the leader writes. */
  void lead() {
    leading = true;
    request();
  }

  /** The objects may have to change. */
  void request() {
    if (leading && requested.compareAndSet(false, true)) {
      var unused = schedule(Duration.ZERO);
    }
  }

  /** Runs that are waiting for their time. */
  int waiting() {
    return executor.getQueue().size();
  }

  @Override
  public void close() {
    leading = false;
    executor.shutdownNow();
  }

  private @Nullable Future<?> schedule(Duration delay) {
    try {
      return executor.schedule(this::run, delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("stopped");
      return null;
    }
  }

  private void run() {
    requested.set(false);
    try {
      reconciler.reconcile().ifPresent(this::followUp);
    } catch (RuntimeException e) {
      if (leading) {
        log.warn("instances could not be brought up to date, trying again: {}", e.getMessage());
        followUp(RETRY);
      }
    }
  }

  private void followUp(Duration delay) {
    if (followUp != null) {
      followUp.cancel(false);
    }
    followUp = schedule(delay);
  }
}
