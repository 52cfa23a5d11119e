package dev.ferryman.operator.kube;

import dev.ferryman.crds.FerrymanApi;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.operator.reconciler.ConflictListener;
import dev.ferryman.operator.reconciler.TransitionListener;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes events.k8s.io/v1 events, beside the work: one that cannot be written is logged and lost.
 * Events about cluster-scoped objects live in the namespace {@code default}.
 */
final class EventRecorder implements TransitionListener, ConflictListener, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EventRecorder.class);
  private static final String NAMESPACE = "default";
  private static final String CONTROLLER = "ferryman.dev/operator";
  private static final int MOST_WAITING = 1000;
  private static final int LONGEST_NAME_PART = 200;
  private static final int LONGEST_NOTE_BYTES = 1024;
  private static final String ELLIPSIS = "\u2026";
  private static final DateTimeFormatter MICRO_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final KubernetesClient client;
  private final String instance;
  private final Clock clock;
  private final AtomicLong serial = new AtomicLong();
  private final ThreadPoolExecutor executor =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MOST_WAITING),
          Threads.daemon("event-recorder"),
          new ThreadPoolExecutor.DiscardPolicy());

  EventRecorder(KubernetesClient client, String instance, Clock clock) {
    this.client = client;
    this.instance = instance;
    this.clock = clock;
  }

  @Override
  public void changed(Transition transition) {
    var after = transition.after();
    var regarding =
        new ObjectReferenceBuilder()
            .withApiVersion(FerrymanApi.GROUP + "/" + FerrymanApi.VERSION)
            .withKind("LiveMigration")
            .withName(after.name())
            .withUid(after.uid())
            .build();
    boolean warning =
        after.phase() == Phase.Failed
            || after
                .condition("Stalled")
                .map(c -> "True".equals(c.getStatus()) && !after.phase().isTerminal())
                .orElse(false);
    record(
        regarding,
        warning,
        transition.reason(),
        transition.phaseChanged() ? after.phase().name() : "Waiting",
        transition.message());
  }

  @Override
  public void conflict(String name, String message) {
    var regarding =
        new ObjectReferenceBuilder()
            .withApiVersion(FerrymanApi.GROUP + "/" + FerrymanApi.VERSION)
            .withKind("Instance")
            .withName(name)
            .build();
    log.warn("instance {}: {}", name, message);
    record(regarding, true, Reason.Conflict, "Observed", message);
  }

  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(2, TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Kubernetes bounds a note by its bytes in UTF-8, not by its characters. */
  static String cut(String note) {
    if (note.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NOTE_BYTES) {
      return note;
    }
    int room = LONGEST_NOTE_BYTES - ELLIPSIS.getBytes(StandardCharsets.UTF_8).length;
    int end = 0;
    while (end < note.length()) {
      var next = new String(Character.toChars(note.codePointAt(end)));
      room -= next.getBytes(StandardCharsets.UTF_8).length;
      if (room < 0) {
        break;
      }
      end += next.length();
    }
    return note.substring(0, end) + ELLIPSIS;
  }

  /** The start of an event's name, which another part follows after a dot. */
  static String namePart(String name) {
    return name.substring(0, Math.min(name.length(), LONGEST_NAME_PART)).replaceAll("[-.]+$", "");
  }

  private void record(
      ObjectReference regarding, boolean warning, Reason reason, String action, String note) {
    var now = clock.instant();
    var name =
        namePart(regarding.getName())
            + "."
            + Long.toHexString(now.toEpochMilli())
            + "."
            + Long.toHexString(serial.incrementAndGet());
    var event =
        new EventBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace(NAMESPACE)
            .endMetadata()
            .withNewEventTime(MICRO_TIME.format(now))
            .withReportingController(CONTROLLER)
            .withReportingInstance(instance)
            .withType(warning ? "Warning" : "Normal")
            .withReason(reason.name())
            .withAction(action)
            .withNote(cut(note))
            .withRegarding(regarding)
            .build();
    executor.execute(
        () -> {
          try {
            client.resource(event).create();
          } catch (KubernetesClientException e) {
            log.warn("event for {} not written: {}", regarding.getName(), e.getMessage());
          }
        });
  }
}
