package dev.ferryman.agent.kube;

import dev.ferryman.agent.inventory.Gaps;
import dev.ferryman.agent.inventory.HostConditions;
import dev.ferryman.agent.inventory.HostInventory;
import dev.ferryman.agent.inventory.InventoryReader;
import dev.ferryman.agent.inventory.NotReady;
import dev.ferryman.agent.inventory.PublishDecision;
import dev.ferryman.agent.inventory.StaleInventory;
import dev.ferryman.agent.libvirt.Hypervisor;
import dev.ferryman.agent.libvirt.HypervisorException;
import dev.ferryman.agent.libvirt.HypervisorListener;
import dev.ferryman.agent.libvirt.LifecycleEvent;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.hostresource.HostResourceSpec;
import dev.ferryman.crds.hostresource.HostResourceStatus;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes this host: its HostResource, which it creates once if there is none, and that object's
 * status but what the operator writes there ({@code schedulable}, the condition Alive).
 *
 * <p>While libvirt does not answer, what was last known of it stands, with its time, and Ready is
 * False: an instance that is left out would be taken for gone.
 */
public final class HostPublisher implements HostFigures, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HostPublisher.class);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);
  private static final int NOT_FOUND = 404;

  private final KubernetesClient client;
  private final InventoryReader reader;
  private final Hypervisor hypervisor;
  private final Supplier<Optional<NotReady>> obstacle;
  private final HostPublisherSettings settings;
  private final Clock clock;
  private final ScheduledExecutorService thread;
  private final AtomicBoolean lookIsDue = new AtomicBoolean();
  private final AtomicBoolean lookIsDueAfterMove = new AtomicBoolean();
  private final AtomicBoolean lookIsDueForUse = new AtomicBoolean();
  private final Queue<CompletableFuture<Long>> asked = new ConcurrentLinkedQueue<>();

  // All of it belongs to the thread.
  private boolean exists;

  /** Of what was written last; the agents of this host before count, too. */
  private long sequence;

  /** Why the last reading is not one of now, or was not published; null: it is, and was. */
  private @Nullable RuntimeException trouble;

  private Gaps gaps = Gaps.NONE;

  /** What this object has written; null: nothing yet. */
  private @Nullable HostResourceStatus written;

  /** What is known of this host: written by this object or by the agent before it. */
  private @Nullable HostResourceStatus last;

  private Instant writtenAt = Instant.EPOCH;
  private Duration retry = FIRST_RETRY;
  private boolean waitsForRetry;

  /**
   * @param obstacle why the host is not ready although libvirt answers; empty: it is
   * @param thread its own, ended by {@link #close}
   */
  public HostPublisher(
      KubernetesClient client,
      InventoryReader reader,
      Hypervisor hypervisor,
      Supplier<Optional<NotReady>> obstacle,
      HostPublisherSettings settings,
      Clock clock,
      ScheduledExecutorService thread) {
    this.client = client;
    this.reader = reader;
    this.hypervisor = hypervisor;
    this.obstacle = obstacle;
    this.settings = settings;
    this.clock = clock;
    this.thread = thread;
  }

  /** Publishes at once, then whenever something has changed. */
  public void start() {
    var period = settings.readEvery().toMillis();
    // However long a look takes: the age of what is published must not grow by it.
    thread.scheduleAtFixedRate(this::look, 0, period, TimeUnit.MILLISECONDS);
    hypervisor.addListener(
        new HypervisorListener() {
          @Override
          public void lifecycle(LifecycleEvent event) {
            var definition =
                event.kind() == LifecycleEvent.Kind.Defined
                    || event.kind() == LifecycleEvent.Kind.Undefined;
            if (event.isOfMigration() || definition) {
              lookAfter(settings.settleOfMoves(), lookIsDueAfterMove);
            } else {
              changed();
            }
          }

          @Override
          public void connected() {
            changed();
          }

          @Override
          public void disconnected() {
            changed();
          }
        });
  }

  /** Something has changed, e.g. readiness: look soon. From any thread. */
  public void changed() {
    lookAfter(settings.settle(), lookIsDue);
  }

  /** What was written may not be there any more: write it again. From any thread. */
  public void publishAnew() {
    schedule(
        () -> {
          written = null;
          look();
        },
        Duration.ZERO);
  }

  @Override
  public CompletableFuture<Long> publish() {
    var asker = new CompletableFuture<Long>();
    asked.add(asker);
    schedule(this::answer, Duration.ZERO);
    return asker;
  }

  /** One reading answers all who have asked before it. */
  private void answer() {
    var askers = new ArrayList<CompletableFuture<Long>>();
    for (var asker = asked.poll(); asker != null; asker = asked.poll()) {
      askers.add(asker);
    }
    if (askers.isEmpty()) {
      return;
    }
    written = null;
    lookNow();
    for (var asker : askers) {
      if (trouble == null) {
        asker.complete(sequence);
      } else {
        asker.completeExceptionally(
            new ApiUnavailableException(
                "this host's figures cannot be published now: " + trouble.getMessage(), trouble));
      }
    }
  }

  private void lookAfter(Duration delay, AtomicBoolean isDue) {
    if (isDue.compareAndSet(false, true)) {
      schedule(
          () -> {
            isDue.set(false);
            look();
          },
          delay);
    }
  }

  private void schedule(Runnable task, Duration delay) {
    try {
      thread.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("Nothing is published any more");
    }
  }

  private void retry() {
    waitsForRetry = false;
    look();
  }

  private void look() {
    if (!waitsForRetry) {
      lookNow();
    }
  }

  private void lookNow() {
    var now = clock.instant();
    try {
      ensureExists();
      var status = read();
      var age = Duration.between(writtenAt, now);
      var due = PublishDecision.dueIn(written, age, status, settings.rules());
      if (due.isPresent() && due.get().isZero()) {
        write(status);
        writtenAt = now;
      } else {
        due.ifPresent(delay -> lookAfter(delay, lookIsDueForUse));
      }
      succeeded();
    } catch (KubernetesClientException e) {
      trouble = e;
      failed(e);
    } catch (RuntimeException e) {
      trouble = e;
      LOG.error("This host cannot be published", e);
    }
  }

  private void succeeded() {
    if (!retry.equals(FIRST_RETRY)) {
      LOG.info("This host is published again");
    }
    retry = FIRST_RETRY;
  }

  private void failed(KubernetesClientException e) {
    if (retry.equals(FIRST_RETRY)) {
      LOG.warn("This host cannot be published, tried again until it can: {}", e.getMessage());
    }
    if (e.getCode() == NOT_FOUND) {
      exists = false;
    }
    if (waitsForRetry) {
      return;
    }
    waitsForRetry = true;
    schedule(this::retry, retry);
    retry = retry.multipliedBy(2);
    retry = retry.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : retry;
  }

  private void ensureExists() {
    if (exists) {
      return;
    }
    var found = client.resources(HostResource.class).withName(settings.host()).get();
    if (found == null) {
      var created = bare();
      created.setSpec(new HostResourceSpec(null, null, null, null));
      client.resource(created).create();
      LOG.info("Created HostResource {}", settings.host());
      written = null;
    } else if (last == null) {
      last = found.getStatus();
      var before = last == null ? null : last.sequence();
      sequence = before == null ? 0 : before;
    }
    exists = true;
  }

  private HostResourceStatus read() {
    var now = clock.instant();
    try {
      var result = HostInventory.of(reader.read(), settings.migration());
      take(result.gaps());
      trouble = null;
      return withConditions(result.status(), obstacle.get(), now);
    } catch (RuntimeException e) {
      // Of whatever kind: a host that says nothing would look alive and ready as it ages.
      if (!(e instanceof HypervisorException)) {
        LOG.error("This host cannot be read", e);
      }
      trouble = e;
      var unreachable = new NotReady(Reason.LibvirtUnreachable, String.valueOf(e.getMessage()));
      return withConditions(
          StaleInventory.of(last, reader.bootID()), Optional.of(unreachable), now);
    }
  }

  private void take(Gaps now) {
    if (!now.unreadable().equals(gaps.unreadable())) {
      LOG.warn("Instances that cannot be read: {}", now.unreadable());
    }
    gaps = now;
  }

  private HostResourceStatus withConditions(
      HostResourceStatus status, Optional<NotReady> found, Instant now) {
    var before = last == null ? List.<Condition>of() : last.conditions();
    return HostResourceStatusBuilder.builder(status)
        .conditions(HostConditions.of(found, gaps, before, now))
        .build();
  }

  private void write(HostResourceStatus status) {
    var fresh = bare();
    sequence++;
    fresh.setStatus(HostResourceStatusBuilder.builder(status).sequence(sequence).build());
    client
        .resource(fresh)
        .subresource("status")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager("ferryman-agent-" + settings.host())
                .withForce(true)
                .build());
    written = status;
    last = status;
  }

  /** The object without anything that is another's. */
  private HostResource bare() {
    var resource = new HostResource();
    resource.setMetadata(new ObjectMetaBuilder().withName(settings.host()).build());
    return resource;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
