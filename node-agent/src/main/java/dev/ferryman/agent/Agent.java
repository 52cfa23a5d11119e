package dev.ferryman.agent;

import dev.ferryman.agent.AgentOptions.Settings;
import dev.ferryman.agent.inventory.InventoryReader;
import dev.ferryman.agent.inventory.NotReady;
import dev.ferryman.agent.inventory.PoolReader;
import dev.ferryman.agent.inventory.ProcFiles;
import dev.ferryman.agent.inventory.StorageReader;
import dev.ferryman.agent.journal.Journal;
import dev.ferryman.agent.kube.AgentEvents;
import dev.ferryman.agent.kube.Heartbeat;
import dev.ferryman.agent.kube.HostPublisher;
import dev.ferryman.agent.kube.HostPublisherSettings;
import dev.ferryman.agent.kube.ImpatientClient;
import dev.ferryman.agent.kube.KubernetesMigrationApi;
import dev.ferryman.agent.kube.MigrationWatch;
import dev.ferryman.agent.libvirt.LibvirtHypervisor;
import dev.ferryman.agent.libvirt.LibvirtSettings;
import dev.ferryman.agent.runner.HostContext;
import dev.ferryman.agent.runner.MigrationRunner;
import dev.ferryman.agent.storage.DiskMaker;
import dev.ferryman.agent.storage.DiskProbe;
import dev.ferryman.agent.storage.Images;
import dev.ferryman.agent.storage.Markers;
import dev.ferryman.agent.storage.QemuImg;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.access.ApiAccess;
import dev.ferryman.crds.hostresource.MigrationEndpoint;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running agent: its parts, put together in the order in which they may work. */
final class Agent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

  /** Soon enough to be back before a restarted API server is missed. */
  private static final int WATCH_RECONNECT_MILLISECONDS = 200;

  private static final long SETTLE_AGAIN_MILLISECONDS = 500;

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

  /**
   * A net below the watch, whose events are what is acted on: an attempt that it has missed is
   * found within the time that operators give it.
   */
  private static final long LOOK_AGAIN_SECONDS = 15;

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private volatile boolean settled;

  private Agent() {}

  /**
   * Starts the agent; libvirt and the API server may come later.
   *
   * @throws IOException if the journal or the port cannot be had: the message says why
   */
  static Agent start(Settings settings) throws IOException {
    var agent = new Agent();
    try {
      agent.run(settings);
      return agent;
    } catch (IOException | RuntimeException e) {
      agent.close();
      throw e;
    }
  }

  private void run(Settings settings) throws IOException {
    var clock = Clock.systemUTC();
    var journal = keep(Journal.open(settings.journalDirectory(), clock.instant()));
    var client =
        keep(ApiAccess.client(c -> c.withWatchReconnectInterval(WATCH_RECONNECT_MILLISECONDS)));
    var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    var threads = threads("work");
    var timer = timer("timer");
    var hypervisor = keep(LibvirtHypervisor.start(LibvirtSettings.of(settings.libvirtUri())));
    var impatient = keep(ImpatientClient.of(client, REQUEST_TIMEOUT));
    var heartbeat = keep(heartbeat(impatient, settings, clock));
    heartbeat.start();

    var proc = new ProcFiles(Path.of("/proc"));
    var storage = keep(new StorageReader(settings.instancesDirectory(), settings.host(), proc));
    var publisher =
        keep(
            new HostPublisher(
                impatient,
                new InventoryReader(
                    hypervisor, proc, new PoolReader(Path.of("/sys")), storage, clock),
                hypervisor,
                this::obstacle,
                HostPublisherSettings.of(
                    settings.host(),
                    new MigrationEndpoint(
                        settings.migrationAddress(), settings.transport().kind().word())),
                clock,
                timer("publisher")));
    publisher.start();

    var runner =
        keep(
            new MigrationRunner(
                new HostContext(
                    settings.host(),
                    proc.bootID(),
                    hypervisor,
                    new KubernetesMigrationApi(impatient, settings.host()),
                    publisher,
                    journal,
                    new Markers(threads, proc::mounts, clock),
                    new DiskProbe(threads, new Images(Path.of("/dev"), Path.of("/sys"))),
                    new DiskMaker(threads, new QemuImg(), UnaryOperator.identity()),
                    settings.installNwfilters(),
                    settings.transport(),
                    new MigrationLog(
                        new AgentEvents(client, threads, clock, settings.host()), metrics),
                    timer,
                    clock,
                    System::nanoTime)));
    var watch =
        keep(
            new MigrationWatch(
                client, impatient, settings.host(), runner::changed, runner::left, runner::look));
    heartbeat.onTurnedBack(
        () -> {
          publisher.publishAnew();
          watch.beginAnew();
          runner.reread();
        });
    new JvmMemoryMetrics().bindTo(metrics);
    metrics.gauge("ferryman.agent.attempts", runner, MigrationRunner::active);
    keep(
        new HealthServer(
            settings.healthPort(), () -> settled && watch.isHealthy(), metrics::scrape));
    threads.execute(
        () -> {
          settleFirst(runner);
          hypervisor.addListener(runner);
          watch.start();
          var unused =
              timer("watch")
                  .scheduleWithFixedDelay(
                      watch::lookAgain, LOOK_AGAIN_SECONDS, LOOK_AGAIN_SECONDS, TimeUnit.SECONDS);
          settled = true;
          publisher.changed();
          LOG.info("agent of {} takes work", settings.host());
        });
  }

  /** Old attempts come before new ones, however long the API server is away. */
  private static void settleFirst(MigrationRunner runner) {
    while (true) {
      try {
        runner.settleFirst();
        return;
      } catch (RuntimeException e) {
        // Of whatever kind: without this the agent would stay up and never work.
        LOG.warn("old attempts cannot be taken up yet: {}", e.toString());
      }
      try {
        TimeUnit.MILLISECONDS.sleep(SETTLE_AGAIN_MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private Optional<NotReady> obstacle() {
    return settled
        ? Optional.empty()
        : Optional.of(
            new NotReady(Reason.CleaningUp, "the agent takes up what it left open before"));
  }

  private static Heartbeat heartbeat(KubernetesClient client, Settings settings, Clock clock) {
    return new Heartbeat(
        client, settings.namespace(), settings.host(), settings.heartbeat(), clock);
  }

  private ExecutorService threads(String name) {
    var threads = Executors.newCachedThreadPool(daemons(name));
    parts.push(threads::shutdownNow);
    return threads;
  }

  private ScheduledExecutorService timer(String name) {
    var timer = Executors.newSingleThreadScheduledExecutor(daemons(name));
    parts.push(timer::shutdownNow);
    return timer;
  }

  private static ThreadFactory daemons(String name) {
    var count = new AtomicInteger();
    return work -> {
      var thread = new Thread(work, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  private <T extends AutoCloseable> T keep(T part) {
    parts.push(part);
    return part;
  }

  /** Ends the parts in the reverse of the order in which they began. */
  @Override
  public synchronized void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        LOG.warn("a part of the agent did not end well", e);
      }
    }
  }
}
