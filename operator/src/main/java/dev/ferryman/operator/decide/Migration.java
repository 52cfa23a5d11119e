package dev.ferryman.operator.decide;

import dev.ferryman.crds.FerrymanApi;
import dev.ferryman.crds.livemigration.DestinationReport;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.PhaseTime;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.SourceState;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A LiveMigration as it stood at one resourceVersion.
 *
 * @param hostLabels its labels by which agents find it
 * @param held whether our finalizer keeps it
 */
public record Migration(
    String name,
    String uid,
    String resourceVersion,
    long generation,
    String created,
    boolean deleting,
    boolean held,
    Map<String, String> hostLabels,
    LiveMigrationSpec spec,
    LiveMigrationStatus status) {

  /** The order in which moves of one instance take their turn. */
  public static final Comparator<Migration> OLDEST_FIRST =
      Comparator.comparing(Migration::created).thenComparing(Migration::name);

  private static final LiveMigrationStatus EMPTY = LiveMigrationStatusBuilder.builder().build();
  private static final String HOST_LABEL_PREFIX = FerrymanApi.hostLabel("");

  /** The migration of that object, as the API server returned it. */
  public static Migration of(LiveMigration resource) {
    var meta = resource.getMetadata();
    var labels = meta.getLabels() == null ? Map.<String, String>of() : meta.getLabels();
    var status = resource.getStatus();
    var generation = meta.getGeneration();
    return new Migration(
        meta.getName(),
        meta.getUid(),
        meta.getResourceVersion(),
        generation == null ? 0 : generation,
        Objects.requireNonNullElse(meta.getCreationTimestamp(), ""),
        meta.getDeletionTimestamp() != null,
        meta.getFinalizers() != null && meta.getFinalizers().contains(FerrymanApi.FINALIZER),
        labels.entrySet().stream()
            .filter(e -> e.getKey().startsWith(HOST_LABEL_PREFIX))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue)),
        resource.getSpec(),
        status == null ? EMPTY : status);
  }

  /** The phase; an object that nobody has looked at yet is Pending. */
  public Phase phase() {
    var phase = status.phase();
    return phase == null ? Phase.Pending : phase;
  }

  /** Past Pending and not settled: hosts and agents may be at work for it. */
  public boolean isUnderWay() {
    return phase() != Phase.Pending && !phase().isTerminal();
  }

  /**
   * Under way to move its instance, so that it takes slots and room; an order to check does not.
   */
  public boolean isMoving() {
    return isUnderWay() && !spec.onlyChecks();
  }

  /** Whether a user wants it ended: by {@code spec.cancel} or by deleting it. */
  public boolean isCancelRequested() {
    return deleting || spec.cancelled();
  }

  public @Nullable String attemptUID() {
    var attempt = status.attempt();
    return attempt == null ? null : attempt.uid();
  }

  /** The source host's word on the current attempt, if it has spoken. */
  public @Nullable SourceReport source() {
    var source = status.source();
    return source != null && source.attemptUID().equals(attemptUID()) ? source : null;
  }

  /** The destination host's word on the current attempt, if it has spoken. */
  public @Nullable DestinationReport destination() {
    var destination = status.destination();
    return destination != null && destination.attemptUID().equals(attemptUID())
        ? destination
        : null;
  }

  /** Whether libvirt's migrate call was made, or may have been, in the current attempt. */
  public boolean hasStarted() {
    var source = source();
    if (source == null) {
      return false;
    }
    return source.endSequence() != null
        || source.state() == SourceState.Starting
        || source.state() == SourceState.Running
        || source.state() == SourceState.Ended;
  }

  /** Whether libvirt's migrate call was made and is over. */
  public boolean hasEnded() {
    var source = source();
    return source != null
        && hasStarted()
        && (source.state() == SourceState.Ended || source.state() == SourceState.CleanedUp);
  }

  /**
   * Whether the guest has gone on at the destination before all of it was there, or may have: then
   * nothing can be undone any more.
   */
  public boolean hasGoneOverToPostCopy() {
    var source = source();
    return source != null && Boolean.TRUE.equals(source.postCopyStarted());
  }

  /** When that phase began, if it did. */
  public Optional<Instant> began(Phase phase) {
    return status.phaseTimes().stream()
        .filter(t -> t.phase() == phase)
        .map(PhaseTime::time)
        .map(Instant::parse)
        .findFirst();
  }

  /** The condition of that type, if it is there. */
  public Optional<Condition> condition(String type) {
    return status.conditions().stream().filter(c -> c.getType().equals(type)).findFirst();
  }

  /** The labels by which the agents of these two hosts find it. */
  public static Map<String, String> labelsFor(String sourceHost, String destinationHost) {
    return Map.of(
        FerrymanApi.hostLabel(sourceHost), FerrymanApi.ROLE_SOURCE,
        FerrymanApi.hostLabel(destinationHost), FerrymanApi.ROLE_DESTINATION);
  }

  /**
   * Whether both hosts' agents find it and it cannot vanish. Kubernetes takes no new finalizer on
   * an object that is being deleted, so that one is not asked for then.
   */
  public boolean isHeldFor(String sourceHost, String destinationHost) {
    return (held || deleting)
        && hostLabels.entrySet().containsAll(labelsFor(sourceHost, destinationHost).entrySet());
  }

  /** Whether the move touches that host. */
  public boolean concerns(String host) {
    return host.equals(status.sourceHost()) || host.equals(status.destinationHost());
  }
}
