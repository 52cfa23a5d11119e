package dev.ferryman.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.instance.Instance;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Switchover;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;

/** The lab's API server, as its administrator. */
public final class Api {
  /** The client takes a key that does not name its kind for RSA; the lab's are EC. */
  public static final KubernetesClient CLIENT =
      new KubernetesClientBuilder()
          .withConfig(new ConfigBuilder(Config.autoConfigure(null)).withClientKeyAlgo("EC").build())
          .build();

  /** More than Ferryman takes to say whom it waits for in vain, on a busy machine, too. */
  private static final Duration END = Duration.ofMinutes(3);

  private Api() {}

  /** Applies a LiveMigration as kubectl would, once it is noted what is on the hosts. */
  static LiveMigration order(String name, String instance, String destination) {
    return order(name, instance, destination, Switchover.Auto);
  }

  static LiveMigration order(
      String name, String instance, String destination, Switchover switchover) {
    return order(name, LiveMigrationSpec.of(instance, destination).handedOver(switchover));
  }

  static LiveMigration order(String name, LiveMigrationSpec spec) {
    HostFiles.remember(name);
    return create(name, spec);
  }

  /** Applies a LiveMigration as kubectl would. */
  public static LiveMigration create(String name, LiveMigrationSpec spec) {
    var migration = new LiveMigration();
    migration.setMetadata(new ObjectMetaBuilder().withName(name).build());
    migration.setSpec(spec);
    return CLIENT.resource(migration).create();
  }

  /** An order that copies what both hosts do not share. */
  static LiveMigration orderCopy(String name, String instance, String destination) {
    return order(name, LiveMigrationSpec.of(instance, destination).asCopy());
  }

  public static LiveMigration get(String name) {
    return CLIENT.resources(LiveMigration.class).withName(name).get();
  }

  static LiveMigrationStatus status(String name) {
    var migration = get(name);
    return migration == null ? null : migration.getStatus();
  }

  static Phase phase(String name) {
    var status = status(name);
    return status == null ? null : status.phase();
  }

  /** Waits for the outcome, and until everything that the migration put onto the object is off. */
  static LiveMigration awaitEnd(String name) {
    return awaitMigration(
        name,
        "end",
        migration ->
            migration.getStatus().phase() != null
                && migration.getStatus().phase().isTerminal()
                && migration.getMetadata().getFinalizers().isEmpty()
                && hostLabels(migration).isEmpty());
  }

  /** Waits until an object that is being deleted is gone; returns the last that was seen of it. */
  static LiveMigration awaitGone(String name, LastSight sight) {
    await(name + " gone").atMost(END).until(sight::isOver);
    assertThat(get(name)).isNull();
    return sight.last();
  }

  public static Set<String> hostLabels(LiveMigration migration) {
    var labels = migration.getMetadata().getLabels();
    return labels == null ? Set.of() : labels.keySet();
  }

  /** Waits until memory has been copied, and the agent has said so. */
  static void awaitCopying(String name) {
    awaitStatus(
        name,
        "copying",
        status ->
            status.source() != null
                && status.source().state() == SourceState.Running
                && status.source().progress() != null
                && status.source().progress().memoryProcessedBytes() != null
                && status.source().progress().memoryProcessedBytes() > 0);
  }

  /** Returns the status that fulfils it. */
  static LiveMigrationStatus awaitStatus(
      String name, String what, Predicate<LiveMigrationStatus> holds) {
    return awaitMigration(name, what, migration -> holds.test(migration.getStatus())).getStatus();
  }

  /** Of one that does not come the failure tells what the object last said instead. */
  private static LiveMigration awaitMigration(
      String name, String what, Predicate<LiveMigration> holds) {
    var last = new AtomicReference<LiveMigration>();
    try {
      await(name + ": " + what)
          .atMost(END)
          .pollInterval(Duration.ofMillis(100))
          .ignoreExceptions()
          .until(
              () -> {
                var migration = get(name);
                last.set(migration);
                return migration != null && migration.getStatus() != null && holds.test(migration);
              });
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(e.getMessage() + " It is " + inBrief(last.get()), e);
    }
    return last.get();
  }

  private static String inBrief(LiveMigration migration) {
    if (migration == null) {
      return "not there";
    }
    var status = migration.getStatus();
    return (status == null ? "without a status" : status.phase() + " " + status.conditions())
        + ", labels "
        + hostLabels(migration)
        + ", finalizers "
        + migration.getMetadata().getFinalizers();
  }

  static Condition condition(LiveMigration migration, String type) {
    return migration.getStatus().conditions().stream()
        .filter(condition -> condition.getType().equals(type))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no condition " + type + " on " + migration));
  }

  /** Reason of the outcome. */
  static String reason(LiveMigration migration) {
    return condition(migration, "Succeeded").getReason();
  }

  static String message(LiveMigration migration) {
    return condition(migration, "Succeeded").getMessage();
  }

  /** As {@code kubectl patch --type merge} does, whatever is written at the same moment. */
  public static void cancel(String name) {
    CLIENT
        .resources(LiveMigration.class)
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"cancel\":true}}");
  }

  public static void delete(String name) {
    CLIENT.resources(LiveMigration.class).withName(name).delete();
  }

  public static HostResource host(String name) {
    return CLIENT.resources(HostResource.class).withName(name).get();
  }

  static boolean isHost(String name, String condition, String value) {
    var host = host(name);
    return host != null
        && host.getStatus() != null
        && host.getStatus().conditions().stream()
            .anyMatch(each -> each.getType().equals(condition) && each.getStatus().equals(value));
  }

  /** Where the API says that an instance is; empty if it does not know. */
  public static String hostOf(String instance) {
    var found = CLIENT.resources(Instance.class).withName(instance).get();
    return found == null || found.getStatus() == null || found.getStatus().host() == null
        ? ""
        : found.getStatus().host();
  }

  /** Alarms that have been raised for an instance: that two hosts run it. */
  static List<String> conflictEvents(String instance) {
    return CLIENT.events().v1().events().inNamespace("default").list().getItems().stream()
        .filter(event -> "Conflict".equals(event.getReason()))
        .filter(event -> "Instance".equals(event.getRegarding().getKind()))
        .filter(event -> instance.equals(event.getRegarding().getName()))
        .map(Event::getNote)
        .toList();
  }
}
