package dev.ferryman.agent.kube;

import dev.ferryman.crds.FerrymanApi;
import dev.ferryman.crds.livemigration.LiveMigration;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Watches the LiveMigrations that carry this host's label: one watch for both roles. */
public final class MigrationWatch implements AutoCloseable {
  private final KubernetesClient client;
  private final String host;
  private final ResourceEventHandler<LiveMigration> handler;
  private @Nullable SharedIndexInformer<LiveMigration> informer;

  /**
   * @param changed told of each object that is new or has changed
   * @param left told of each object that has left the watch, as it was last seen: deleted, or its
   *     label is gone
   */
  public MigrationWatch(
      KubernetesClient client,
      String host,
      Consumer<LiveMigration> changed,
      Consumer<LiveMigration> left) {
    this.client = client;
    this.host = host;
    this.handler =
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(LiveMigration migration) {
            changed.accept(migration);
          }

          @Override
          public void onUpdate(LiveMigration before, LiveMigration now) {
            changed.accept(now);
          }

          @Override
          public void onDelete(LiveMigration last, boolean stateUnknown) {
            left.accept(last);
          }
        };
  }

  /** Starts to watch; goes on trying while the API server is not there. */
  public synchronized void start() {
    var started =
        client
            .resources(LiveMigration.class)
            .withLabel(FerrymanApi.hostLabel(host))
            .runnableInformer(0)
            .addEventHandler(handler);
    started.exceptionHandler((starting, error) -> true);
    informer = started;
    var unused = started.start();
  }

  /** Looks at everything anew, where it has been started: what was seen so far is no longer so. */
  public synchronized void beginAnew() {
    if (informer != null) {
      informer.stop();
      start();
    }
  }

  /** Whether the watch stands. */
  public synchronized boolean isHealthy() {
    return informer != null && informer.hasSynced() && informer.isWatching();
  }

  @Override
  public synchronized void close() {
    if (informer != null) {
      informer.stop();
    }
  }
}
