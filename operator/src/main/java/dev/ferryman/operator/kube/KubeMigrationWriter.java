package dev.ferryman.operator.kube;

import dev.ferryman.crds.FerrymanApi;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.reconciler.MigrationWriter;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.function.Supplier;

/** Writes LiveMigrations by server-side apply and remembers what it wrote. */
final class KubeMigrationWriter implements MigrationWriter {
  private static final int UNPROCESSABLE = 422;

  private final KubernetesClient client;
  private final ClusterCache cache;

  KubeMigrationWriter(KubernetesClient client, ClusterCache cache) {
    this.client = client;
    this.cache = cache;
  }

  @Override
  public Migration hold(Migration migration, String sourceHost, String destinationHost)
      throws StaleException {
    if (migration.isHeldFor(sourceHost, destinationHost)) {
      return migration;
    }
    var fresh = fresh(migration);
    fresh.getMetadata().setResourceVersion(migration.resourceVersion());
    fresh.getMetadata().setLabels(Migration.labelsFor(sourceHost, destinationHost));
    if (migration.held() || !migration.deleting()) {
      fresh.getMetadata().setFinalizers(List.of(FerrymanApi.FINALIZER));
    }
    return write(() -> Apply.main(client, fresh), true);
  }

  @Override
  public Migration status(Migration migration, LiveMigrationStatus operatorsPart)
      throws StaleException {
    var fresh = Apply.named(new LiveMigration(), migration.name());
    fresh.getMetadata().setResourceVersion(migration.resourceVersion());
    fresh.setStatus(operatorsPart);
    return write(() -> Apply.status(client, fresh), false);
  }

  /** Bound to the object, not to its version: what is over stays over. */
  @Override
  public void release(Migration migration) throws StaleException {
    var fresh = fresh(migration);
    write(() -> Apply.main(client, fresh), true);
  }

  @Override
  public void delete(Migration migration) throws StaleException {
    var doomed = Apply.named(new LiveMigration(), migration.name());
    doomed.getMetadata().setUid(migration.uid());
    try {
      client.resource(doomed).lockResourceVersion(migration.resourceVersion()).delete();
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT
          || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        throw new StaleException(e);
      }
      throw e;
    }
  }

  /** With the uid nothing can be created by mistake where the object is gone. */
  private static LiveMigration fresh(Migration migration) {
    var fresh = Apply.named(new LiveMigration(), migration.name());
    fresh.getMetadata().setUid(migration.uid());
    return fresh;
  }

  private Migration write(Supplier<LiveMigration> call, boolean refusedIfGone)
      throws StaleException {
    try {
      var written = Migration.of(call.get());
      cache.wrote(written);
      return written;
    } catch (KubernetesClientException e) {
      int code = e.getCode();
      if (code == HttpURLConnection.HTTP_CONFLICT
          || code == HttpURLConnection.HTTP_NOT_FOUND
          || (refusedIfGone && code == UNPROCESSABLE)) {
        throw new StaleException(e);
      }
      throw e;
    }
  }
}
