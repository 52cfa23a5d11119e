package dev.ferryman.lab.figures;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** How long is waited, and what comes of waiting in vain. */
final class Waiting {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Between moves: long enough not to disturb what is waited for. */
  private static final Duration LOOK = Duration.ofMillis(100);

  private Waiting() {}

  static ConditionFactory await(String what) {
    return Awaitility.await(what).atMost(PATIENCE).pollInterval(LOOK);
  }

  static <T> T get(CompletableFuture<T> future, String what) {
    try {
      return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new MoveFailedException(what + " was not seen within " + PATIENCE.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw new MoveFailedException(what + ": " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MoveFailedException("interrupted", e);
    }
  }
}
