package dev.ferryman.lab;

import dev.ferryman.crds.livemigration.LiveMigration;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.concurrent.CompletableFuture;

/** Follows an object that will be deleted, so that its end can be read after it is gone. */
final class LastSight implements AutoCloseable {
  private final CompletableFuture<LiveMigration> last = new CompletableFuture<>();
  private final Watch watch;

  LastSight(String name) {
    watch =
        Api.CLIENT
            .resources(LiveMigration.class)
            .withName(name)
            .watch(
                new Watcher<>() {
                  @Override
                  public void eventReceived(Action action, LiveMigration seen) {
                    if (action == Action.DELETED) {
                      last.complete(seen);
                    }
                  }

                  @Override
                  public void onClose(WatcherException cause) {
                    last.completeExceptionally(cause);
                  }
                });
  }

  boolean isOver() {
    return last.isDone();
  }

  /** Once it is over. */
  LiveMigration last() {
    return last.join();
  }

  @Override
  public void close() {
    watch.close();
  }
}
