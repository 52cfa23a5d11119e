package dev.ferryman.operator.kube;

import dev.ferryman.crds.access.DeafnessCheck;
import dev.ferryman.operator.reconciler.HeartbeatMonitor;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Watches the agents' Leases and tells the monitor of renewals, and of its own deafness. */
final class LeaseWatch implements ResourceEventHandler<Lease>, AutoCloseable {
  /** Of the Leases by which agents say that they live. */
  static final String LABEL = "ferryman.dev/heartbeat";

  private final HeartbeatMonitor monitor;
  private final Consumer<String> news;
  private final SharedIndexInformer<Lease> informer;
  private final DeafnessCheck<Lease> check;
  private final ScheduledExecutorService hearing =
      Executors.newSingleThreadScheduledExecutor(Threads.daemon("lease-watch"));

  /** Makes the watch; {@code news} is told of hosts that were not known to be alive. */
  LeaseWatch(
      KubernetesClient client, String namespace, HeartbeatMonitor monitor, Consumer<String> news) {
    this.monitor = monitor;
    this.news = news;
    var leases = client.leases().inNamespace(namespace).withLabel(LABEL, "true");
    this.informer = leases.runnableInformer(0);
    this.check = new DeafnessCheck<>(leases, () -> informer.getStore().list().stream());
    informer.addEventHandler(this);
  }

  void start() {
    informer.run();
    hearing.scheduleWithFixedDelay(() -> monitor.hearing(isHealthy()), 1, 1, TimeUnit.SECONDS);
  }

  boolean isHealthy() {
    return informer.isWatching();
  }

  /** For whoever looks after the watch. */
  DeafnessCheck<Lease> check() {
    return check;
  }

  /** What is there at the first look may have been written long ago: that is no renewal. */
  @Override
  public void onAdd(Lease lease) {
    if (informer.hasSynced()) {
      renewed(lease);
    }
  }

  @Override
  public void onUpdate(Lease before, Lease now) {
    if (!Objects.equals(renewTime(before), renewTime(now))) {
      renewed(now);
    }
  }

  /** Silence will tell. */
  @Override
  public void onDelete(Lease lease, boolean finalStateUnknown) {}

  @Override
  public void close() {
    hearing.shutdownNow();
    informer.close();
  }

  private void renewed(Lease lease) {
    var host = lease.getMetadata().getName();
    if (monitor.renewed(host)) {
      news.accept(host);
    }
  }

  private static @Nullable Object renewTime(Lease lease) {
    LeaseSpec spec = lease.getSpec();
    return spec == null ? null : spec.getRenewTime();
  }
}
