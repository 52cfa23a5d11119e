package dev.ferryman.lab.chaos;

import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.Phase;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.Optional;

/**
 * What a LiveMigration says of itself.
 *
 * @param stalled whether it says that it waits for somebody
 * @param cleared whether nothing is left of it on the object, either
 */
record Word(Phase phase, String reason, String message, boolean stalled, boolean cleared) {
  static Word of(LiveMigration migration) {
    var succeeded = condition(migration, "Succeeded");
    var labels = migration.getMetadata().getLabels();
    return new Word(
        migration.getStatus() == null ? null : migration.getStatus().phase(),
        succeeded.map(Condition::getReason).orElse(""),
        succeeded.map(Condition::getMessage).orElse(""),
        condition(migration, "Stalled").filter(each -> each.getStatus().equals("True")).isPresent(),
        migration.getMetadata().getFinalizers().isEmpty() && (labels == null || labels.isEmpty()));
  }

  private static Optional<Condition> condition(LiveMigration migration, String type) {
    return migration.getStatus() == null
        ? Optional.empty()
        : migration.getStatus().conditions().stream()
            .filter(condition -> condition.getType().equals(type))
            .findFirst();
  }

  boolean isTerminal() {
    return phase != null && phase.isTerminal();
  }

  boolean saysTheSameAs(Word other) {
    return phase == other.phase && reason.equals(other.reason) && stalled == other.stalled;
  }

  @Override
  public String toString() {
    return phase + (stalled ? ", stalled, " : ", ") + reason + ": " + message;
  }
}
