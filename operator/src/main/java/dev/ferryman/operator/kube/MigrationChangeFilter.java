package dev.ferryman.operator.kube;

import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationStatus;
import dev.ferryman.crds.livemigration.LiveMigrationStatusBuilder;
import dev.ferryman.operator.decide.Migration;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Lets through what others change: users and agents, also where they take the hosts' labels or the
 * finalizer off. The operator's own writes of a status wake nobody.
 */
final class MigrationChangeFilter implements OnUpdateFilter<LiveMigration> {

  @Override
  public boolean accept(LiveMigration now, LiveMigration before) {
    var meta = now.getMetadata();
    var old = before.getMetadata();
    return !Objects.equals(meta.getUid(), old.getUid())
        || !Objects.equals(meta.getGeneration(), old.getGeneration())
        || !Objects.equals(meta.getDeletionTimestamp(), old.getDeletionTimestamp())
        || !Objects.equals(meta.getFinalizers(), old.getFinalizers())
        || !Migration.of(now).hostLabels().equals(Migration.of(before).hostLabels())
        || !Objects.equals(halves(now.getStatus()), halves(before.getStatus()));
  }

  /** What the agents say. */
  private static LiveMigrationStatus halves(@Nullable LiveMigrationStatus status) {
    return LiveMigrationStatusBuilder.builder()
        .source(status == null ? null : status.source())
        .destination(status == null ? null : status.destination())
        .build();
  }
}
