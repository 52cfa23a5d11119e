package dev.ferryman.lab.chaos;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Threads that do not keep the program from ending. */
final class Background {
  private Background() {}

  static void repeat(String name, Duration every, Runnable work) {
    start(
        name,
        () -> {
          while (true) {
            work.run();
            LockSupport.parkNanos(every.toNanos());
          }
        });
  }

  /** What goes wrong in it is not lost. */
  static Thread run(String name, Timeline timeline, Runnable work) {
    return start(
        name,
        () -> {
          try {
            work.run();
          } catch (RuntimeException | AssertionError e) {
            timeline.violation("the chaos itself failed, " + name + ": " + e);
          }
        });
  }

  private static Thread start(String name, Runnable work) {
    var thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
