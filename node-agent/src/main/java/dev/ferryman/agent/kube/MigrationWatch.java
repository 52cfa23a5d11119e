package dev.ferryman.agent.kube;

import dev.ferryman.crds.FerrymanApi;
import dev.ferryman.crds.livemigration.LiveMigration;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
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

  private volatile SharedIndexInformer<LiveMigration> informer;
  private List<LiveMigration> lastLook = List.of();
  private boolean started;
  private boolean closed;

  /**
   * @param impatient the same client for requests that are made again anyway
   * @param changed told of each object that is new or has changed
   * @param left told of each object that has left the watch, as it was last seen: deleted, or its
   *     label is gone
   */
  public MigrationWatch(
      KubernetesClient client,
      KubernetesClient impatient,
      String host,
      Consumer<LiveMigration> changed,
      Consumer<LiveMigration> left) {
    this.client = client;
    this.impatient = impatient;
    this.label = FerrymanApi.hostLabel(host);
    this.changed = changed;
    this.left = left;
    this.informer = newInformer();
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
    lastLook = List.of();
    start();
  }

  /** Whether the watch stands, as far as it knows itself. */
  public boolean isHealthy() {
    return informer.hasSynced() && informer.isWatching();
  }

  /**
   * Tells of every object anew. A connection can end without the watch being told (seen when an API
   * server was killed while the agent stood still: the socket stayed in CLOSE_WAIT), and the client
   * itself renews a watch only after 5 to 10 minutes: one that has not heard until now what was
   * there at the look before is replaced.
   */
  public synchronized void lookAgain() {
    List<LiveMigration> look;
    try {
      look =
          impatient
              .resources(LiveMigration.class)
              .withLabel(label)
              .list(new ListOptionsBuilder().withResourceVersion("0").build())
              .getItems();
    } catch (KubernetesClientException noAnswer) {
      LOG.debug("the API server does not list migrations now", noAnswer);
      return;
    }
    look.forEach(changed);
    if (!closed && lastLook.stream().anyMatch(isUnheard(look))) {
      LOG.warn("the watch of migrations has gone deaf; a new one begins");
      replace();
    }
    lastLook = look;
  }

  /** Still there, but not, or only in an older version, known to the watch. */
  private Predicate<LiveMigration> isUnheard(List<LiveMigration> look) {
    return before ->
        look.stream().anyMatch(now -> uid(now).equals(uid(before)))
            && informer.getStore().list().stream()
                .noneMatch(
                    heard -> uid(heard).equals(uid(before)) && version(heard) >= version(before));
  }

  private static String uid(LiveMigration migration) {
    return String.valueOf(migration.getMetadata().getUid());
  }

  /** The API gives resource versions that grow (KEP-5504). */
  private static long version(LiveMigration migration) {
    try {
      return Long.parseLong(migration.getMetadata().getResourceVersion());
    } catch (NumberFormatException unversioned) {
      return 0;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    informer.stop();
  }
}
