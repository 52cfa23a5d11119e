package dev.ferryman.agent.kube;

import dev.ferryman.crds.FerrymanApi;
import dev.ferryman.crds.livemigration.LiveMigration;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.function.Consumer;

/** Watches the LiveMigrations that carry this host's label: one watch for both roles. */
public final class MigrationWatch implements AutoCloseable {
  private final SharedIndexInformer<LiveMigration> informer;

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
    this.informer =
        client
            .resources(LiveMigration.class)
            .withLabel(FerrymanApi.hostLabel(host))
            .runnableInformer(0)
            .addEventHandler(
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
                });
  }

  /** Starts to watch; goes on trying while the API server is not there. */
  public void start() {
    informer.exceptionHandler((starting, error) -> true);
    var unused = informer.start();
  }

  /** Whether the watch stands. */
  public boolean isHealthy() {
    return informer.hasSynced() && informer.isWatching();
  }

  @Override
  public void close() {
    informer.stop();
  }
}
