package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.kube.ApiUnavailableException;
import dev.ferryman.agent.kube.HostFigures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what is published. */
final class FakeFigures implements HostFigures {
  private final AtomicLong published = new AtomicLong();
  private final Semaphore failures = new Semaphore(0);
  private volatile boolean failing;

  @Override
  public CompletableFuture<Long> publish() {
    if (failing) {
      failures.release();
      return CompletableFuture.failedFuture(
          new ApiUnavailableException("no figures", new IllegalStateException("none")));
    }
    return CompletableFuture.completedFuture(published.incrementAndGet());
  }

  /** How often something was published. */
  long published() {
    return published.get();
  }

  void fail(boolean fails) {
    failing = fails;
  }

  void awaitFailures(int count) throws InterruptedException {
    assertThat(failures.tryAcquire(count, 30, TimeUnit.SECONDS)).isTrue();
  }
}
