package dev.ferryman.simulation;

import dev.ferryman.agent.libvirt.FakeMigration;
import dev.ferryman.agent.runner.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The agents' work, piece by piece on a {@link Timeline}. Only libvirt's migrate call, which
 * blocks, has a thread of its own; that one and the timeline's never run at the same time.
 */
final class Stepwise implements Workers {
  private static final ThreadLocal<Call> CURRENT = new ThreadLocal<>();

  private final Timeline timeline;
  private final List<Call> calls = new ArrayList<>();

  Stepwise(Timeline timeline) {
    this.timeline = timeline;
  }

  private static final class Call {
    final CountDownLatch stands = new CountDownLatch(1);
    final List<Runnable> said = new ArrayList<>();
    volatile BooleanSupplier returned;
    Thread thread;

    boolean isOver() {
      return returned == null || returned.getAsBoolean();
    }
  }

  /** A migration has begun, or goes on, in this thread, which is about to wait for its end. */
  void stands(FakeMigration migration) {
    var call = CURRENT.get();
    call.returned = migration.callReturned();
    call.stands.countDown();
  }

  /** Calls whose migration is over return, and what they have to say is due now. */
  void letReturn() {
    for (var call : List.copyOf(calls)) {
      if (call.isOver()) {
        calls.remove(call);
        await(call.thread::join);
        call.said.forEach(timeline::soon);
      }
    }
  }

  private void soon(Runnable work) {
    var call = CURRENT.get();
    if (call == null) {
      timeline.soon(work);
    } else {
      call.said.add(work);
    }
  }

  @Override
  public void apart(String name, Runnable work) {
    timeline.soon(() -> begin(name, work));
  }

  private void begin(String name, Runnable work) {
    var call = new Call();
    call.thread =
        new Thread(
            () -> {
              CURRENT.set(call);
              try {
                work.run();
              } finally {
                call.stands.countDown();
              }
            },
            name);
    call.thread.setDaemon(true);
    calls.add(call);
    call.thread.start();
    await(call.stands::await);
    if (call.returned != null) {
      call.said.forEach(timeline::soon);
      call.said.clear();
    }
  }

  private interface Waiting {
    void await() throws InterruptedException;
  }

  private static void await(Waiting waiting) {
    try {
      waiting.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public <T> T await(CompletableFuture<T> result, Duration patience) {
    return result.getNow(null);
  }

  @Override
  public ExecutorService inOrder(String name) {
    return new InOrder();
  }

  /** Threads that do at once what they are given: what may block does not. */
  static ExecutorService atOnce() {
    return new AbstractExecutorService() {
      @Override
      public void execute(Runnable work) {
        work.run();
      }

      @Override
      public void shutdown() {}

      @Override
      public List<Runnable> shutdownNow() {
        return List.of();
      }

      @Override
      public boolean isShutdown() {
        return false;
      }

      @Override
      public boolean isTerminated() {
        return false;
      }

      @Override
      public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
      }
    };
  }

  /** An agent's timer: it stops with the agent. */
  ScheduledExecutorService timer() {
    return new Timer();
  }

  private class InOrder extends AbstractExecutorService {
    boolean closed;
    boolean abandoned;

    @Override
    public void execute(Runnable work) {
      if (closed) {
        throw new RejectedExecutionException("it has ended");
      }
      soon(
          () -> {
            if (!abandoned) {
              work.run();
            }
          });
    }

    @Override
    public void shutdown() {
      closed = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      closed = true;
      abandoned = true;
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return closed;
    }

    @Override
    public boolean isTerminated() {
      return closed;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }

  private final class Timer extends InOrder implements ScheduledExecutorService {
    @Override
    public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
      timeline.after(
          Duration.ofNanos(unit.toNanos(delay)),
          () -> {
            if (!closed) {
              work.run();
            }
          });
      return new Never();
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> work, long delay, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(
        Runnable work, long first, long period, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
        Runnable work, long first, long delay, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }
  }

  /** Nobody asks for what comes of it. */
  private static final class Never extends CompletableFuture<Void>
      implements ScheduledFuture<Void> {
    @Override
    public long getDelay(TimeUnit unit) {
      return 0;
    }

    @Override
    public int compareTo(Delayed other) {
      return 0;
    }
  }
}
