package dev.ferryman.operator.decide.admission;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads checks, the operator's own and the agents'. */
public final class Checks {
  private Checks() {}

  /** The first check that refuses the move. */
  public static Optional<Check> firstFailed(List<Check> checks) {
    return checks.stream().filter(c -> c.outcome() == CheckOutcome.Fail).findFirst();
  }

  /**
   * As many as a status has room for, in their order, and the first that refuses the move always
   * among them; each text cut to its bound. The API server would refuse a status with more.
   */
  public static List<Check> bounded(List<Check> checks) {
    var kept = new ArrayList<>(checks.subList(0, Math.min(checks.size(), Bounds.CHECKS)));
    firstFailed(checks)
        .filter(failed -> !kept.contains(failed))
        .ifPresent(failed -> kept.set(kept.size() - 1, failed));
    return kept.stream().map(Check::bounded).toList();
  }

  /** Every obstacle in one text. */
  public static String obstacles(List<Check> checks) {
    return checks.stream()
        .filter(c -> c.outcome() == CheckOutcome.Fail)
        .map(c -> c.message() == null ? c.name() : c.message())
        .distinct()
        .collect(Collectors.joining("; "));
  }

  /** The typed reason of a check; an agent newer than this operator may know others. */
  public static Optional<Reason> reasonOf(Check check) {
    return reasonOf(check.reason());
  }

  /** The typed reason of that name. */
  public static Optional<Reason> reasonOf(@Nullable String name) {
    for (var reason : Reason.values()) {
      if (reason.name().equals(name)) {
        return Optional.of(reason);
      }
    }
    return Optional.empty();
  }
}
