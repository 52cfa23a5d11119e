package dev.ferryman.lab.figures;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.instance.Instance;
import dev.ferryman.crds.livemigration.ConvergenceBuilder;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.OnTimeout;
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
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Ferryman, as its administrator sees it: orders are applied, and outcomes come from a watch. */
final class Ferryman implements AutoCloseable {
  /** The client takes a key that does not name its kind for RSA; the lab's are EC. */
  private final KubernetesClient client =
      new KubernetesClientBuilder()
          .withConfig(new ConfigBuilder(Config.autoConfigure(null)).withClientKeyAlgo("EC").build())
          .build();

  private final Queue<Expectation> expectations = new ConcurrentLinkedQueue<>();
  private final AtomicInteger orders = new AtomicInteger();
  private final String prefix = "figures-" + Long.toString(System.currentTimeMillis(), 36) + "-";
  private final Watch watch = client.resources(LiveMigration.class).watch(new Sightings());

  /** What was waited for, and the moment (System.nanoTime) at which the watch told of it. */
  record Sighting(long seen, LiveMigration migration) {}

  private record Expectation(
      String name, Predicate<LiveMigrationStatus> wanted, CompletableFuture<Sighting> sighting) {}

  /** A move under way, and the moment (System.nanoTime) just before it was sent. */
  record Order(String name, long sent, CompletableFuture<Sighting> ending) {
    /** The moment at which success was seen; fails if it was no success. */
    long awaitSuccess() {
      return await(Phase.Succeeded);
    }

    /** The moment at which failure was seen; fails if it was none. */
    long awaitFailure() {
      return await(Phase.Failed);
    }

    private long await(Phase phase) {
      var ending = Waiting.get(ending(), "the outcome of " + name);
      var status = ending.migration().getStatus();
      if (status.phase() != phase) {
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

  private final class Sightings implements Watcher<LiveMigration> {
    @Override
    public void eventReceived(Action action, LiveMigration migration) {
      var now = System.nanoTime();
      var status = migration.getStatus();
      for (var expectation : expectations) {
        if (status != null
            && expectation.name().equals(migration.getMetadata().getName())
            && expectation.wanted().test(status)) {
          expectations.remove(expectation);
          expectation.sighting().complete(new Sighting(now, migration));
        }
      }
    }

    @Override
    public void onClose(WatcherException cause) {
      expectations.forEach(expectation -> expectation.sighting().completeExceptionally(cause));
    }
  }

  /** When the watch next tells of a migration that is as wanted. */
  CompletableFuture<Sighting> sight(String name, Predicate<LiveMigrationStatus> wanted) {
    var sighting = new CompletableFuture<Sighting>();
    expectations.add(new Expectation(name, wanted, sighting));
    return sighting;
  }

  Order order(String guest, Settings.Host destination, Switchover switchover) {
    return order(LiveMigrationSpec.of(guest, destination.name()).handedOver(switchover));
  }

  /** The order to move a busy guest, and what to do when that takes too long. */
  Order orderOfBusy(
      String guest, Settings.Host destination, OnTimeout onTimeout, int timeoutSeconds) {
    return order(
        LiveMigrationSpec.of(guest, destination.name())
            .handedOver(onTimeout == OnTimeout.PostCopy ? Switchover.Fast : Switchover.Auto)
            .converging(
                ConvergenceBuilder.builder()
                    .completionTimeoutSeconds(timeoutSeconds)
                    .onTimeout(onTimeout)
                    .build()));
  }

  /** An order that moves nothing. */
  Order orderOfCheck(String guest, Settings.Host destination) {
    return order(LiveMigrationSpec.of(guest, destination.name()).asCheckOnly());
  }

  private Order order(LiveMigrationSpec spec) {
    var name = prefix + orders.incrementAndGet();
    var migration = new LiveMigration();
    migration.setMetadata(new ObjectMetaBuilder().withName(name).build());
    migration.setSpec(spec);
    var ending = sight(name, status -> status.phase().isTerminal());
    var sent = System.nanoTime();
    client.resource(migration).create();
    return new Order(name, sent, ending);
  }

  /** An order that is refused as soon as an operator looks at it: there is no such guest. */
  Order orderOfNobody(Settings.Host destination) {
    return order("nobody", destination, Switchover.Auto);
  }

  /** Waits until the source's agent has said how far the copy is. */
  void awaitCopying(Order order) {
    Waiting.await("the copying of " + order.name())
        .until(
            () -> {
              var status = get(order).getStatus();
              var progress =
                  status == null || status.source() == null ? null : status.source().progress();
              return progress != null
                  && progress.memoryProcessedBytes() != null
                  && progress.memoryProcessedBytes() > 0;
            });
  }

  /** Number of the last word of the source's agent. */
  long sourceSequence(Order order) {
    return get(order).getStatus().source().sequence();
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

  /** The host where Ferryman says that the guest is. */
  String hostOf(String guest) {
    return client.resources(Instance.class).withName(guest).get().getStatus().host();
  }

  /** The Lease of whichever operator leads. */
  Leader leader(String namespace) {
    return Leader.watch(client, namespace);
  }

  /** Waits until a host has said anew that it lives, so that every operator has heard of it. */
  void awaitHeartbeat(String namespace, Settings.Host host) {
    var lease = client.leases().inNamespace(namespace).withName(host.name());
    var last = lease.get().getSpec().getRenewTime();
    Waiting.await("a heartbeat of " + host)
        .until(() -> !lease.get().getSpec().getRenewTime().equals(last));
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
