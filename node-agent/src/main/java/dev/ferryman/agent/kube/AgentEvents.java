package dev.ferryman.agent.kube;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.hostresource.HostResource;
import dev.ferryman.crds.livemigration.LiveMigration;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes events about LiveMigrations and the host; one that cannot be written is only logged. */
public final class AgentEvents {
  private static final Logger LOG = LoggerFactory.getLogger(AgentEvents.class);
  private static final DateTimeFormatter MICROSECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  /** Where events about cluster-scoped objects live (Kubernetes API conventions). */
  private static final String NAMESPACE = "default";

  /** The API server appends some characters to make a name of it. */
  private static final int LONGEST_PREFIX = 200;

  private final KubernetesClient client;
  private final Executor executor;
  private final Clock clock;
  private final String host;

  public AgentEvents(KubernetesClient client, Executor executor, Clock clock, String host) {
    this.client = client;
    this.executor = executor;
    this.clock = clock;
    this.host = host;
  }

  public void normal(LiveMigration migration, String reason, String note) {
    write("Normal", reference(migration), reason, note);
  }

  public void warning(LiveMigration migration, String reason, String note) {
    write("Warning", reference(migration), reason, note);
  }

  /** A warning about this host, rather than about a LiveMigration. */
  public void warnOfHost(String reason, String note) {
    var resource = new HostResource();
    write(
        "Warning",
        new ObjectReferenceBuilder()
            .withApiVersion(resource.getApiVersion())
            .withKind(resource.getKind())
            .withName(host)
            .build(),
        reason,
        note);
  }

  private static ObjectReference reference(LiveMigration migration) {
    return new ObjectReferenceBuilder()
        .withApiVersion(migration.getApiVersion())
        .withKind(migration.getKind())
        .withName(migration.getMetadata().getName())
        .withUid(migration.getMetadata().getUid())
        .build();
  }

  private static String prefix(String name) {
    return name.substring(0, Math.min(name.length(), LONGEST_PREFIX)) + "-";
  }

  private void write(String type, ObjectReference regarding, String reason, String note) {
    var event =
        new EventBuilder()
            .withNewMetadata()
            .withGenerateName(prefix(regarding.getName()))
            .withNamespace(NAMESPACE)
            .endMetadata()
            .withType(type)
            .withReason(reason)
            .withAction(reason)
            .withNote(Bounds.cutBytes(note, Bounds.MESSAGE))
            .withReportingController("ferryman.dev/node-agent")
            .withReportingInstance(host)
            .withEventTime(new MicroTime(MICROSECONDS.format(clock.instant())))
            .withRegarding(regarding)
            .build();
    executor.execute(
        () -> {
          try {
            client.resource(event).create();
          } catch (KubernetesClientException e) {
            LOG.warn(
                "event {} about {} not written: {}", reason, regarding.getName(), e.getMessage());
          }
        });
  }
}
