package dev.ferryman.agent.inventory;

import dev.ferryman.crds.hostresource.HostResourceStatus;
import dev.ferryman.crds.hostresource.HostResourceStatusBuilder;
import dev.ferryman.crds.hostresource.HugePagePool;
import dev.ferryman.crds.hostresource.Resources;
import dev.ferryman.crds.hostresource.Storage;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a host's status is worth a write: at once when instances, storage, versions or readiness
 * have changed, at leisure when merely the use has, and now and then in any case.
 */
public final class PublishDecision {
  private PublishDecision() {}

  /**
   * @param usedStep smallest change of use worth a write, as a part of the total
   * @param usedEvery shortest time between writes for the sake of the use
   * @param refreshEvery longest time without a write
   */
  public record Rules(double usedStep, Duration usedEvery, Duration refreshEvery) {
    public static final Rules DEFAULT =
        // With a second to read and to write it, what is published is no older than ten.
        new Rules(0.02, Duration.ofSeconds(9), Duration.ofMinutes(5));
  }

  /**
   * In how long a write is due: at once, or when it may be made for the sake of the use; empty
   * where nothing asks for one.
   *
   * @param written what was written last; null if nothing was
   * @param age time since then; negative if the clock was set back
   */
  public static Optional<Duration> dueIn(
      @Nullable HostResourceStatus written, Duration age, HostResourceStatus now, Rules rules) {
    if (written == null || age.isNegative() || age.compareTo(rules.refreshEvery) >= 0) {
      return Optional.of(Duration.ZERO);
    }
    if (!lasting(written).equals(lasting(now))) {
      return Optional.of(Duration.ZERO);
    }
    if (!hasMoved(written, now, rules.usedStep)) {
      return Optional.empty();
    }
    var left = rules.usedEvery.minus(age);
    return Optional.of(left.isNegative() ? Duration.ZERO : left);
  }

  /** What does not change by itself from one moment to the next. */
  private static HostResourceStatus lasting(HostResourceStatus status) {
    return HostResourceStatusBuilder.builder(status)
        .used(null)
        .sequence(null)
        .observedTime(null)
        .hugepages(status.hugepages().stream().map(PublishDecision::lasting).toList())
        .storage(status.storage().stream().map(PublishDecision::lasting).toList())
        .conditions(status.conditions().stream().map(PublishDecision::lasting).toList())
        .build();
  }

  private static HugePagePool lasting(HugePagePool pool) {
    return new HugePagePool(pool.sizeKiB(), pool.total(), 0L);
  }

  private static Storage lasting(Storage storage) {
    return new Storage(
        storage.path(),
        storage.type(),
        storage.shared(),
        storage.locks(),
        storage.totalGiB(),
        null);
  }

  private static Condition lasting(Condition condition) {
    return new ConditionBuilder(condition).withLastTransitionTime(null).build();
  }

  private static boolean hasMoved(HostResourceStatus written, HostResourceStatus now, double step) {
    return hasMoved(figures(now.total()), figures(written.used()), figures(now.used()), step)
        || hasMoved(
            now.hugepages().stream().map(HugePagePool::total).toList(),
            written.hugepages().stream().map(HugePagePool::free).toList(),
            now.hugepages().stream().map(HugePagePool::free).toList(),
            step);
  }

  private static boolean hasMoved(
      List<Long> total, List<Long> before, List<Long> after, double step) {
    for (var i = 0; i < total.size(); i++) {
      var moved = Math.abs(after.get(i) - before.get(i));
      if (moved > 0 && moved >= step * total.get(i)) {
        return true;
      }
    }
    return false;
  }

  private static List<Long> figures(@Nullable Resources resources) {
    return resources == null
        ? List.of(0L, 0L, 0L)
        : List.of(
            resources.vcpus() == null ? 0L : resources.vcpus().longValue(),
            orZero(resources.memoryMiB()),
            orZero(resources.diskGiB()));
  }

  private static long orZero(@Nullable Long figure) {
    return figure == null ? 0 : figure;
  }
}
