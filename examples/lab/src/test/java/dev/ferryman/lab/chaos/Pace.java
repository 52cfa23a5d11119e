package dev.ferryman.lab.chaos;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The time that the chaos is given. Its end wakes all who wait. */
final class Pace {
  private static final Duration STALLED_PATIENCE_LESS = Waiting.PATIENCE.dividedBy(2);

  private final long start = System.nanoTime();
  private final long end;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile long patienceEnd;
  private volatile boolean mended;

  Pace(Duration length) {
    this.end = start + length.toNanos();
  }

  /** Waits until so long after the start; false if the end comes first. */
  boolean until(Duration moment) {
    return await(start + moment.toNanos());
  }

  /** Waits for so long; false if the end comes first. */
  boolean pause(Duration length) {
    return await(System.nanoTime() + length.toNanos());
  }

  private boolean await(long moment) {
    try {
      var early = Math.min(moment - end, 0) == moment - end;
      return !over.await((early ? moment : end) - System.nanoTime(), TimeUnit.NANOSECONDS)
          && early
          && !isOver();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  boolean isOver() {
    return over.getCount() == 0 || System.nanoTime() - end >= 0;
  }

  /** Ends the time, if it has not ended by itself: nothing new is begun. */
  void end() {
    over.countDown();
  }

  /** All is mended: from now on the system has its time to settle. */
  void mended() {
    patienceEnd = System.nanoTime() + Waiting.PATIENCE.toNanos();
    mended = true;
  }

  /** Whether what has not come by now does not come any more. */
  boolean patienceHasEnded() {
    return mended && System.nanoTime() - patienceEnd >= 0;
  }

  /** The same of what says that it waits for a person. */
  boolean patienceWithStalledHasEnded() {
    return mended && System.nanoTime() - patienceEnd >= -STALLED_PATIENCE_LESS.toNanos();
  }
}
