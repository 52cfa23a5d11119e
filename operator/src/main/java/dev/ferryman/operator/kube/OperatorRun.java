package dev.ferryman.operator.kube;

import dev.ferryman.crds.access.ApiAccess;
import dev.ferryman.crds.access.DeafnessCheck;
import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.instance.Instance;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.operator.reconciler.HeartbeatMonitor;
import dev.ferryman.operator.reconciler.HostReconciler;
import dev.ferryman.operator.reconciler.InstanceReconciler;
import dev.ferryman.operator.reconciler.MigrationReconciler;
import dev.ferryman.operator.reconciler.TransitionListener;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** One run of the operator, from the first look at the cluster until it stops or loses the lead. */
final class OperatorRun implements AutoCloseable {

  /** Few: who asks tries again by itself, and by then knows more. */
  private static final int REQUEST_RETRIES = 3;

  private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);
  private static final Duration FIRST_RETRY = Duration.ofMillis(200);
  private static final Duration FINISH_WORK = Duration.ofSeconds(5);

  private final KubernetesClient client;
  private final LeaseWatch leases;
  private final StoreWatch store;
  private final SharedIndexInformer<Instance> instanceInformer;
  private final InstanceUpkeep instances;
  private final WatchNet net;
  private final EventRecorder events;
  private final LeaderLease leaderLease;
  private final Operator operator;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile boolean started;

  OperatorRun(Settings settings, String identity, OperatorMetrics metrics) {
    var clock = Clock.systemUTC();
    client =
        ApiAccess.client(
            config ->
                config
                    .withWatchReconnectInterval((int) settings.watchReconnect().toMillis())
                    .withRequestRetryBackoffLimit(REQUEST_RETRIES));
    var cache = new ClusterCache();
    var monitor = new HeartbeatMonitor(settings.hostDeadAfter(), System::nanoTime, clock);
    metrics.observe(cache, monitor);
    events = new EventRecorder(client, identity, clock);
    instances =
        new InstanceUpkeep(
            new InstanceReconciler(
                cache, monitor, new KubeInstanceWriter(client), events, clock, System::nanoTime));
    var waker = new Waker();
    var listeners = List.of(new TransitionLog(), metrics, events, waker);
    var migrations =
        new LiveMigrationController(
            new MigrationReconciler(
                cache,
                monitor,
                new KubeMigrationWriter(client, cache),
                t -> listeners.forEach(l -> l.changed(t)),
                clock,
                settings.slotsPerHost()),
            cache,
            instances);
    waker.migrations = migrations;
    var hosts =
        new HostResourceController(
            new HostReconciler(monitor, new KubeHostWriter(client), clock),
            cache,
            migrations,
            instances);
    leases = new LeaseWatch(client, settings.namespace(), monitor, hosts::livenessChanged);
    store = new StoreWatch(client, settings.namespace(), over::countDown);
    instanceInformer = client.resources(Instance.class).runnableInformer(0);
    instanceInformer.addEventHandler(new InstanceChanges());
    cache.instancesFrom(() -> instanceInformer.getStore().list().stream());
    net = net(cache);
    cache.heardWhile(this::isReady);
    leaderLease = new LeaderLease(client, settings.namespace(), identity);
    var recreated = new Recreated();
    recreated.whenForgotten(LiveMigrationController.NAME, migrations::forgotten);
    recreated.whenForgotten(HostResourceController.NAME, hosts::forgotten);
    operator = operator(settings, recreated);
    operator.register(
        migrations, o -> o.withOnUpdateFilter(new MigrationChangeFilter()).withRetry(persistent()));
    operator.register(hosts, o -> o.withRetry(persistent()));
  }

  /** Starts and returns; who leads begins to work. */
  void start() {
    store.start();
    leases.start();
    instanceInformer.run();
    operator.start();
    net.start();
    started = true;
  }

  /** Until the lead is lost, or what was seen so far is no longer so. */
  void await() throws InterruptedException {
    over.await();
  }

  boolean isReady() {
    return started
        && leases.isHealthy()
        && instanceInformer.isWatching()
        && operator.getRuntimeInfo().allEventSourcesAreHealthy();
  }

  /** Ends the work, then hands the lead over. */
  @Override
  public void close() {
    started = false;
    net.close();
    instances.close();
    operator.stop();
    leaderLease.release();
    store.close();
    leases.close();
    instanceInformer.close();
    events.close();
    client.close();
    over.countDown();
  }

  private WatchNet net(ClusterCache cache) {
    return new WatchNet(
        Map.of(
            "LiveMigrations",
            new DeafnessCheck<>(client.resources(LiveMigration.class), cache::heardMigrations),
            "HostResources",
            new DeafnessCheck<>(client.resources(HostResource.class), cache::heardHosts),
            "Instances",
            new DeafnessCheck<>(
                client.resources(Instance.class),
                () -> instanceInformer.getStore().list().stream()),
            "Leases",
            leases.check()),
        over::countDown);
  }

  private Operator operator(Settings settings, Recreated recreated) {
    return new Operator(
        o ->
            o.withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withMetrics(recreated)
                .withReconciliationTerminationTimeout(FINISH_WORK)
                .withLeaderElectionConfiguration(
                    leaderLease.election(
                        settings.leaderLease(), instances::lead, over::countDown)));
  }

  private static GenericRetry persistent() {
    return new GenericRetry()
        .withoutMaxAttempts()
        .setInitialInterval(FIRST_RETRY)
        .setIntervalMultiplier(2)
        .setMaxInterval(LONGEST_RETRY.toMillis());
  }

  /** After the end of a move others may begin, and the instance is elsewhere. */
  private final class Waker implements TransitionListener {
    private volatile @Nullable LiveMigrationController migrations;

    @Override
    public void changed(Transition transition) {
      if (!transition.phaseChanged()) {
        return;
      }
      instances.request();
      var controller = migrations;
      if (controller != null && transition.after().phase().isTerminal()) {
        controller.wakeWaiting();
      }
    }
  }

  /** Instance objects are the operator's alone: what others do to them is put right. */
  private final class InstanceChanges implements ResourceEventHandler<Instance> {
    @Override
    public void onAdd(Instance instance) {
      instances.request();
    }

    @Override
    public void onUpdate(Instance before, Instance now) {
      instances.request();
    }

    @Override
    public void onDelete(Instance instance, boolean finalStateUnknown) {
      instances.request();
    }
  }
}
