package dev.ferryman.lab.figures;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** Which operator leads, by a watch on the Lease that says so. */
final class Leader implements AutoCloseable {
  private static final String LEASE = "ferryman-operator";

  private final AtomicReference<Change> awaited = new AtomicReference<>();
  private final Watch watch;
  private volatile String now;

  /** The next one that leads and is not the one before, and the moment at which it was seen. */
  private record Change(String before, CompletableFuture<Long> seen) {}

  private Leader(KubernetesClient client, String namespace) {
    var lease = client.leases().inNamespace(namespace).withName(LEASE);
    now = holder(lease.get());
    watch = lease.watch(new Holders());
  }

  static Leader watch(KubernetesClient client, String namespace) {
    return new Leader(client, namespace);
  }

  private static String holder(Lease lease) {
    return Objects.requireNonNullElse(lease.getSpec().getHolderIdentity(), "");
  }

  private final class Holders implements Watcher<Lease> {
    @Override
    public void eventReceived(Action action, Lease lease) {
      var moment = System.nanoTime();
      now = holder(lease);
      var change = awaited.get();
      if (change != null && !now.isEmpty() && !now.equals(change.before())) {
        change.seen().complete(moment);
      }
    }

    @Override
    public void onClose(WatcherException cause) {
      var change = awaited.get();
      if (change != null) {
        change.seen().completeExceptionally(cause);
      }
    }
  }

  /** When (System.nanoTime) another than the present one holds the lead. */
  CompletableFuture<Long> next() {
    var change = new Change(now, new CompletableFuture<>());
    awaited.set(change);
    return change.seen();
  }

  @Override
  public void close() {
    watch.close();
  }
}
