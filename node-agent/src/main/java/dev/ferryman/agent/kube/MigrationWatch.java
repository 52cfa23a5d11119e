package dev.ferryman.agent.kube;

import dev.ferryman.crds.FerrymanApi;
import dev.ferryman.crds.access.DeafnessCheck;
import dev.ferryman.crds.livemigration.LiveMigration;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches the LiveMigrations that carry this host's label: one watch for both roles. */
public final class MigrationWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationWatch.class);

  private final KubernetesClient client;
  private final KubernetesClient impatient;
  private final String label;
  private final Consumer<LiveMigration> changed;
  private final Consumer<LiveMigration> left;
  private final Consumer<List<LiveMigration>> looked;

  private volatile SharedIndexInformer<LiveMigration> informer;
  private DeafnessCheck<LiveMigration> check;
  private boolean started;
  private boolean closed;

  /**
   * @param impatient the same client for requests that are made again anyway
   * @param changed told of each object that is new or has changed
   * @param left told of each object that has left the watch, as it was last seen: deleted, or its
   *     label is gone
   * @param looked told at each look of all that is there
   */
  public MigrationWatch(
      KubernetesClient client,
      KubernetesClient impatient,
      String host,
      Consumer<LiveMigration> changed,
      Consumer<LiveMigration> left,
      Consumer<List<LiveMigration>> looked) {
    this.client = client;
    this.impatient = impatient;
    this.label = FerrymanApi.hostLabel(host);
    this.changed = changed;
    this.left = left;
    this.looked = looked;
    this.informer = newInformer();
    this.check = newCheck();
  }

  private SharedIndexInformer<LiveMigration> newInformer() {
    var fresh =
        client
            .resources(LiveMigration.class)
            .withLabel(label)
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
    fresh.exceptionHandler((starting, error) -> true);
    return fresh;
  }

  private DeafnessCheck<LiveMigration> newCheck() {
    return new DeafnessCheck<>(
        impatient.resources(LiveMigration.class).withLabel(label),
        () -> informer.getStore().list().stream());
  }

  /** Starts to watch; goes on trying while the API server is not there. */
  public synchronized void start() {
    started = true;
    var unused = informer.start();
  }

  /** Looks at everything anew, where it has been started: what was seen so far is no longer so. */
  public synchronized void beginAnew() {
    if (started && !closed) {
      replace();
    }
  }

  private void replace() {
    informer.stop();
    informer = newInformer();
    check = newCheck();
    start();
  }

  /** Whether the watch stands, as far as it knows itself. */
  public boolean isHealthy() {
    return informer.hasSynced() && informer.isWatching();
  }

  /** Tells of all that is there, and replaces a watch that has gone deaf. */
  public synchronized void lookAgain() {
    DeafnessCheck.Look<LiveMigration> look;
    try {
      look = check.look();
    } catch (KubernetesClientException noAnswer) {
      LOG.debug("the API server does not list migrations now", noAnswer);
      return;
    }
    looked.accept(look.found());
    if (look.deaf() && !closed) {
      LOG.warn("the watch of migrations has gone deaf; a new one begins");
      replace();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    informer.stop();
  }
}
