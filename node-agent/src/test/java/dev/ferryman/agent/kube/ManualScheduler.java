package dev.ferryman.agent.kube;

import dev.ferryman.agent.inventory.MovableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs what is scheduled when the test lets time pass, in the test's own thread. */
final class ManualScheduler extends ScheduledThreadPoolExecutor {
  private final MovableClock clock;
  private final List<Task> tasks = new ArrayList<>();
  private Instant now;

  ManualScheduler(MovableClock clock) {
    super(0);
    this.clock = clock;
    this.now = clock.instant();
  }

  /** Runs what falls due meanwhile, in order, each at its own time. */
  void pass(Duration time) {
    var end = now.plus(time);
    while (true) {
      var next =
          tasks.stream()
              .filter(task -> !task.due.isAfter(end))
              .min(Comparator.comparing(task -> task.due));
      if (next.isEmpty()) {
        moveTo(end);
        return;
      }
      tasks.remove(next.get());
      moveTo(next.get().due);
      next.get().run();
    }
  }

  /** For a task: it takes so long. */
  void spend(Duration time) {
    moveTo(now.plus(time));
  }

  private void moveTo(Instant time) {
    if (time.isAfter(now)) {
      clock.move(Duration.between(now, time));
      now = time;
    }
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return add(command, now.plus(Duration.of(delay, unit.toChronoUnit())));
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    return repeat(
        command,
        now.plus(Duration.of(initialDelay, unit.toChronoUnit())),
        Duration.of(period, unit.toChronoUnit()));
  }

  private ScheduledFuture<?> repeat(Runnable command, Instant due, Duration period) {
    return add(
        () -> {
          command.run();
          repeat(command, due.plus(period), period);
        },
        due);
  }

  private ScheduledFuture<?> add(Runnable command, Instant due) {
    if (isShutdown()) {
      throw new RejectedExecutionException();
    }
    var task = new Task(command, due);
    tasks.add(task);
    return task;
  }

  @Override
  public List<Runnable> shutdownNow() {
    tasks.clear();
    return super.shutdownNow();
  }

  private static final class Task extends FutureTask<Void>
      implements RunnableScheduledFuture<Void> {
    private final Instant due;

    Task(Runnable command, Instant due) {
      super(
          (Callable<Void>)
              () -> {
                command.run();
                return null;
              });
      this.due = due;
    }

    @Override
    public boolean isPeriodic() {
      return false;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int compareTo(Delayed other) {
      throw new UnsupportedOperationException();
    }
  }
}
