package dev.ferryman.operator.kube;

import dev.ferryman.operator.reconciler.InstanceReconciler;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the upkeep of Instance objects, one run at a time; requests during a run make one more. */
final class InstanceUpkeep implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(InstanceUpkeep.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final InstanceReconciler reconciler;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(Threads.daemon("instance-upkeep"));
  private final AtomicBoolean requested = new AtomicBoolean();
  private volatile boolean leading;

  InstanceUpkeep(InstanceReconciler reconciler) {
    this.reconciler = reconciler;
  }

  /** Only the leader writes. */
  void lead() {
    leading = true;
    request();
  }

  /** The objects may have to change. */
  void request() {
    if (leading && requested.compareAndSet(false, true)) {
      schedule(Duration.ZERO);
    }
  }

  @Override
  public void close() {
    leading = false;
    executor.shutdownNow();
  }

  private void schedule(Duration delay) {
    try {
      var unused = executor.schedule(this::run, delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("stopped");
    }
  }

  private void run() {
    requested.set(false);
    try {
      reconciler.reconcile().ifPresent(this::schedule);
    } catch (RuntimeException e) {
      if (leading) {
        log.warn("instances could not be brought up to date, trying again: {}", e.getMessage());
        schedule(RETRY);
      }
    }
  }
}
