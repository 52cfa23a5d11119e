package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.Bounds;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Sets conditions as Kubernetes' conventions ask: the time changes only with the status. */
final class Conditions {
  static final String SUCCEEDED = "Succeeded";
  static final String RECONCILING = "Reconciling";
  static final String STALLED = "Stalled";
  static final String CANCEL_REFUSED = "CancelRefused";
  static final String ALIVE = "Alive";

  static final String TRUE = "True";
  static final String FALSE = "False";
  static final String UNKNOWN = "Unknown";

  private final List<Condition> conditions;
  private final long generation;
  private final String now;

  Conditions(List<Condition> conditions, long generation, Instant now) {
    this.conditions = new ArrayList<>(conditions);
    this.generation = generation;
    this.now = now.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  Conditions set(String type, String status, String reason, String message) {
    var old = conditions.stream().filter(c -> c.getType().equals(type)).findFirst();
    var condition =
        new ConditionBuilder()
            .withType(type)
            .withStatus(status)
            .withReason(reason)
            .withMessage(Bounds.cut(message, Bounds.MESSAGE))
            .withObservedGeneration(generation)
            .withLastTransitionTime(
                old.filter(c -> c.getStatus().equals(status))
                    .map(Condition::getLastTransitionTime)
                    .orElse(now))
            .build();
    if (old.isPresent()) {
      conditions.set(conditions.indexOf(old.get()), condition);
    } else {
      conditions.add(condition);
    }
    return this;
  }

  List<Condition> list() {
    return List.copyOf(conditions);
  }
}
