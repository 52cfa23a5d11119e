package dev.ferryman.agent.libvirt;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the listeners, one event after the other, from a thread of its own. */
final class Listeners implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            var thread = new Thread(task, "libvirt-listeners");
            thread.setDaemon(true);
            return thread;
          });

  // Both belong to that thread.
  private final List<HypervisorListener> listeners = new ArrayList<>();
  private boolean connected;

  void add(HypervisorListener listener) {
    execute(
        () -> {
          listeners.add(listener);
          if (connected) {
            tell(listener, HypervisorListener::connected);
          }
        });
  }

  void connected() {
    execute(
        () -> {
          connected = true;
          listeners.forEach(listener -> tell(listener, HypervisorListener::connected));
        });
  }

  void disconnected() {
    execute(
        () -> {
          connected = false;
          listeners.forEach(listener -> tell(listener, HypervisorListener::disconnected));
        });
  }

  void tell(Consumer<HypervisorListener> event) {
    execute(() -> listeners.forEach(listener -> tell(listener, event)));
  }

  /** Runs it after all that was told before. */
  void run(Runnable task) {
    execute(task);
  }

  @SuppressWarnings("CatchAndPrintStackTrace")
  private static void tell(HypervisorListener listener, Consumer<HypervisorListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException e) {
      LOG.error("A listener of libvirt's events failed", e);
    }
  }

  private void execute(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("An event after the end is dropped");
    }
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
