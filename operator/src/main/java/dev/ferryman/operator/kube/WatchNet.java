package dev.ferryman.operator.kube;

import dev.ferryman.crds.access.DeafnessCheck;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A net below the watches: looks now and then at all that they watch, and tells of a deaf one. */
final class WatchNet implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WatchNet.class);
  private static final Duration EVERY = Duration.ofSeconds(15);

  private final Map<String, DeafnessCheck<?>> checks;
  private final Runnable deaf;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(Threads.daemon("watch-net"));

  /**
   * @param checks by kind, of watches that have heard all at the start
   */
  WatchNet(Map<String, DeafnessCheck<?>> checks, Runnable deaf) {
    this.checks = checks;
    this.deaf = deaf;
  }

  void start() {
    thread.scheduleWithFixedDelay(this::look, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  void look() {
    checks.forEach(this::look);
  }

  private void look(String kind, DeafnessCheck<?> check) {
    try {
      if (check.look().deaf()) {
        log.warn("the watch of {} has gone deaf: beginning anew", kind);
        deaf.run();
      }
    } catch (RuntimeException e) {
      // Of whatever kind: a net that ended would not be missed.
      log.debug("{} cannot be listed now: {}", kind, e.toString());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
