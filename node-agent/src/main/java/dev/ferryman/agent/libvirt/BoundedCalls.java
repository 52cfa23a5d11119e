package dev.ferryman.agent.libvirt;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls that may hang in native code or in the kernel, where nothing can interrupt them: the caller
 * waits for so long, then leaves the thread behind. At most {@code limit} threads are under way or
 * left behind; beyond that a call is refused at once.
 */
public final class BoundedCalls implements AutoCloseable {
  private final Duration bound;
  private final int limit;
  private final Semaphore free;
  private final ExecutorService threads;

  /** What has been asked by {@link #callAlone} and not been answered. */
  private final Set<String> alone = ConcurrentHashMap.newKeySet();

  public BoundedCalls(String name, Duration bound, int limit) {
    this.bound = bound;
    this.limit = limit;
    this.free = new Semaphore(limit);
    var number = new AtomicInteger();
    // Platform threads: a virtual one would keep its carrier while it is in native code.
    this.threads =
        Executors.newCachedThreadPool(
            task -> {
              var thread = new Thread(task, name + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * @param what names the call in the exception's message
   * @throws HypervisorException if there is no result in time; also whatever the call throws
   */
  public <T> T call(String what, Supplier<T> call) {
    return call(what, call, late -> {});
  }

  /**
   * The same, but for a call of which a second one beside the first is of no use: it is refused as
   * long as the first has not been answered. Each would wait in the daemon for what the first waits
   * for, which serves a connection a few requests at a time, and then nobody is served any more.
   */
  public <T> T callAlone(String what, Supplier<T> call) {
    if (!alone.add(what)) {
      throw HypervisorException.noAnswer(
          what + ": not asked, since the call before has not been answered");
    }
    var begun = new AtomicBoolean();
    try {
      return call(
          what,
          () -> {
            begun.set(true);
            try {
              return call.get();
            } finally {
              alone.remove(what);
            }
          });
    } finally {
      if (!begun.get()) {
        alone.remove(what);
      }
    }
  }

  /**
   * @param dispose takes a result that came too late
   */
  public <T> T call(String what, Supplier<T> call, Consumer<? super T> dispose) {
    if (!free.tryAcquire()) {
      throw HypervisorException.noAnswer(
          what + ": not asked, since " + limit + " earlier calls have not been answered");
    }
    var answer = new CompletableFuture<T>();
    try {
      threads.execute(() -> run(call, answer, dispose));
    } catch (RuntimeException e) {
      free.release();
      throw HypervisorException.noAnswer(what + ": not asked, since the agent stops");
    }
    return await(what, answer);
  }

  private <T> void run(Supplier<T> call, CompletableFuture<T> answer, Consumer<? super T> dispose) {
    T result;
    try {
      result = call.get();
    } catch (RuntimeException | Error e) {
      free.release();
      answer.completeExceptionally(e);
      return;
    }
    free.release();
    if (!answer.complete(result)) {
      dispose.accept(result);
    }
  }

  private <T> T await(String what, CompletableFuture<T> answer) {
    try {
      return answer.get(bound.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return abandon(answer, what + ": no answer within " + bound.toMillis() / 1000.0 + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return abandon(answer, what + ": interrupted while waiting for the answer");
    } catch (ExecutionException e) {
      throw unchecked(e.getCause(), what);
    }
  }

  /** The answer may have come in the last moment: then it is one. */
  private static <T> T abandon(CompletableFuture<T> answer, String message) {
    answer.completeExceptionally(HypervisorException.noAnswer(message));
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw unchecked(e.getCause(), message);
    }
  }

  private static RuntimeException unchecked(@Nullable Throwable cause, String what) {
    return cause instanceof RuntimeException known
        ? known
        : new IllegalStateException(what + ": " + cause, cause);
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
