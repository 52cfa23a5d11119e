package dev.ferryman.agent.inventory;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Reason;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The conditions that a host's agent writes: Ready, and Truncated and Unreadable where it is so.
 */
public final class HostConditions {
  public static final String READY = "Ready";
  public static final String TRUNCATED = "Truncated";
  public static final String UNREADABLE = "Unreadable";

  private HostConditions() {}

  /**
   * @param before what was written before: a condition that stays as it is keeps its time
   */
  public static List<Condition> of(
      Optional<NotReady> obstacle, Gaps gaps, List<Condition> before, Instant now) {
    var conditions = new ArrayList<Condition>();
    conditions.add(
        obstacle
            .map(found -> condition(READY, "False", found.reason(), found.message()))
            .orElseGet(() -> condition(READY, "True", Reason.AgentRunning, "libvirt answers")));
    if (gaps.truncated()) {
      conditions.add(
          condition(
              TRUNCATED,
              "True",
              Reason.InventoryTruncated,
              "at most "
                  + Bounds.INSTANCES
                  + " instances and "
                  + Bounds.PROJECTS
                  + " projects are listed"));
    }
    if (!gaps.unreadable().isEmpty()) {
      conditions.add(
          condition(
              UNREADABLE,
              "True",
              Reason.InstanceUnreadable,
              gaps.unreadable().size()
                  + " cannot be moved, and count for nothing in what is committed: "
                  + String.join("; ", gaps.unreadable())));
    }
    conditions.forEach(condition -> condition.setLastTransitionTime(time(condition, before, now)));
    return List.copyOf(conditions);
  }

  private static Condition condition(String type, String status, Reason reason, String message) {
    return new ConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason(reason.name())
        .withMessage(Bounds.cut(message, Bounds.MESSAGE))
        .build();
  }

  private static String time(Condition condition, List<Condition> before, Instant now) {
    return before.stream()
        .filter(known -> condition.getType().equals(known.getType()))
        .filter(known -> condition.getStatus().equals(known.getStatus()))
        .findFirst()
        .map(Condition::getLastTransitionTime)
        .orElseGet(() -> now.truncatedTo(ChronoUnit.SECONDS).toString());
  }
}
