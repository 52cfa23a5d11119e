package dev.ferryman.agent.runner;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Who does the work of an agent's roles, and who waits; a test takes the time into its own hand.
 */
public interface Workers {
  /** Threads of this process. */
  Workers THREADS = new Threads();

  /** One that does what it is given one after the other. */
  ExecutorService inOrder(String name);

  /** Does work that blocks for minutes beside all other. */
  void apart(String name, Runnable work);

  /** What comes of it within that time; null: nothing. */
  <T> @Nullable T await(CompletableFuture<T> result, Duration patience);

  /** Daemon threads. */
  final class Threads implements Workers {
    private Threads() {}

    @Override
    public ExecutorService inOrder(String name) {
      return Executors.newSingleThreadExecutor(work -> daemon(name, work));
    }

    @Override
    public void apart(String name, Runnable work) {
      daemon(name, work).start();
    }

    private static Thread daemon(String name, Runnable work) {
      var thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    }

    @Override
    public <T> @Nullable T await(CompletableFuture<T> result, Duration patience) {
      try {
        return result.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException | ExecutionException none) {
        return null;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      }
    }
  }
}
