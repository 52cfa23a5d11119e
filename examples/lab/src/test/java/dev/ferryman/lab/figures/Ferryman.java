package dev.ferryman.lab.figures;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.instance.Instance;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.Switchover;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Ferryman, as its administrator sees it: orders are applied, and outcomes come from a watch. */
final class Ferryman implements AutoCloseable {
  /** The client takes a key that does not name its kind for RSA; the lab's are EC. */
  private final KubernetesClient client =
      new KubernetesClientBuilder()
          .withConfig(new ConfigBuilder(Config.autoConfigure(null)).withClientKeyAlgo("EC").build())
          .build();

  private final Map<String, CompletableFuture<Ending>> orders = new ConcurrentHashMap<>();
  private final String prefix = "figures-" + Long.toString(System.currentTimeMillis(), 36) + "-";
  private final Watch watch = client.resources(LiveMigration.class).watch(new Endings());

  /** A terminal phase, and the moment (System.nanoTime) at which the watch told of it. */
  record Ending(long seen, LiveMigration migration) {}

  /** A move under way, and the moment (System.nanoTime) just before it was sent. */
  record Order(String name, long sent, CompletableFuture<Ending> ending) {
    /** The moment at which success was seen; fails if it was no success. */
    long awaitSuccess() {
      var ending = Waiting.get(ending(), "the outcome of " + name);
      var status = ending.migration().getStatus();
      if (status.phase() != Phase.Succeeded) {
        throw new MoveFailedException(name + " has " + status.phase() + ": " + cause(status));
      }
      return ending.seen();
    }

    private static String cause(LiveMigrationStatus status) {
      return status.conditions().stream()
          .filter(condition -> condition.getType().equals("Succeeded"))
          .map(condition -> condition.getReason() + ", " + condition.getMessage())
          .collect(Collectors.joining());
    }
  }

  private final class Endings implements Watcher<LiveMigration> {
    @Override
    public void eventReceived(Action action, LiveMigration migration) {
      var now = System.nanoTime();
      var order = orders.get(migration.getMetadata().getName());
      var status = migration.getStatus();
      if (order != null && status != null && status.phase().isTerminal()) {
        order.complete(new Ending(now, migration));
      }
    }

    @Override
    public void onClose(WatcherException cause) {
      orders.values().forEach(order -> order.completeExceptionally(cause));
    }
  }

  Order order(String guest, Settings.Host destination, Switchover switchover) {
    var name = prefix + (orders.size() + 1);
    var migration = new LiveMigration();
    migration.setMetadata(new ObjectMetaBuilder().withName(name).build());
    migration.setSpec(LiveMigrationSpec.of(guest, destination.name()).handedOver(switchover));
    var ending = new CompletableFuture<Ending>();
    orders.put(name, ending);
    var sent = System.nanoTime();
    client.resource(migration).create();
    return new Order(name, sent, ending);
  }

  /** Waits until nothing is left of a move that has ended, and removes its object. */
  void awaitCleared(Order order) {
    Waiting.await("the end of the work for " + order.name())
        .until(
            () -> {
              var metadata = get(order).getMetadata();
              return metadata.getFinalizers().isEmpty()
                  && (metadata.getLabels() == null || metadata.getLabels().isEmpty());
            });
    client.resource(get(order)).delete();
  }

  private LiveMigration get(Order order) {
    return client.resources(LiveMigration.class).withName(order.name()).get();
  }

  /** Waits until Ferryman knows where the guest is, whoever moved it. */
  void awaitKnownOn(String guest, Settings.Host there, Settings.Host notThere) {
    Waiting.await("Ferryman's knowledge that " + guest + " is on " + there)
        .until(
            () -> lists(there, guest) && !lists(notThere, guest) && isKnownOn(guest, there.name()));
  }

  private boolean isKnownOn(String guest, String host) {
    var instance = client.resources(Instance.class).withName(guest).get();
    return instance != null
        && instance.getStatus() != null
        && host.equals(instance.getStatus().host());
  }

  private boolean lists(Settings.Host host, String guest) {
    return client
        .resources(HostResource.class)
        .withName(host.name())
        .get()
        .getStatus()
        .instances()
        .stream()
        .anyMatch(instance -> instance.name().equals(guest));
  }

  /** For the reader of the figures. */
  String version() {
    return "Kubernetes " + client.getKubernetesVersion().getGitVersion();
  }

  @Override
  public void close() {
    watch.close();
    client.close();
  }
}
