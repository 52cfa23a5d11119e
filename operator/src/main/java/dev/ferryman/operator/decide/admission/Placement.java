package dev.ferryman.operator.decide.admission;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.FailedAttempt;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.inventory.Listing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Chooses a destination: the rules for a named one are filters over all hosts but the instance's
 * own; of those that pass, the one with most memory left goes first, then with most vCPUs left,
 * then with fewest moves, then by name. A host that only waits counts only where none fits now.
 */
sealed interface Placement {

  /** The host, with its checks and why it was chosen. */
  record Chosen(Host host, List<Check> checks) implements Placement {}

  /** No host fits now, but one may without anybody changing anything. */
  record Later(Reason reason, String message) implements Placement {}

  /**
   * No host fits.
   *
   * @param checks first the verdict on all of them, then one a host
   */
  record Nowhere(List<Check> checks) implements Placement {}

  /** So many hosts of a group are named. */
  int MOST_NAMES = 10;

  /** Memory is compared in GiB: what an idle host uses goes up and down by less. */
  int MEBIBYTES_OF_A_STEP = 1024;

  Comparator<Fit.Fits> BEST_FIRST =
      Comparator.comparingDouble(
              (Fit.Fits f) -> Math.floor(f.freeMemoryMiB() / MEBIBYTES_OF_A_STEP))
          .reversed()
          .thenComparing(Comparator.comparingDouble(Fit.Fits::freeVCPUs).reversed())
          .thenComparingLong(Fit.Fits::moves)
          .thenComparing(f -> f.host().name());

  /** Chooses for the instance that is there. */
  static Placement choose(Admission.Question question, Listing instance) {
    var fits =
        question.inventory().hosts().stream()
            .filter(h -> !h.name().equals(instance.host().name()))
            .map(h -> judge(question, instance, h))
            .toList();
    var best =
        fits.stream().filter(Fit.Fits.class::isInstance).map(Fit.Fits.class::cast).min(BEST_FIRST);
    if (best.isPresent()) {
      return chosen(best.get(), fits);
    }
    return later(fits).orElseGet(() -> nowhere(question.migration(), fits));
  }

  private static Fit judge(Admission.Question question, Listing instance, Host host) {
    var migration = question.migration();
    var selector = migration.spec().destinationSelector();
    if (selector != null && !selector.matches(host.labels())) {
      return ruledOut(host, Reason.NotSelected, "destinationSelector does not choose it");
    }
    var failed =
        migration.status().failedAttempts().stream()
            .filter(f -> f.destinationHost().equals(host.name()))
            .findFirst();
    return failed.isPresent()
        ? ruledOut(host, Reason.FailedBefore, "attempt " + failed.get().number() + " failed there")
        : Fit.of(question, instance, host);
  }

  private static Fit ruledOut(Host host, Reason reason, String why) {
    return new Fit.Unfit(
        host, List.of(Check.fail(CheckName.DestinationHost, reason, host.name(), why)));
  }

  private static Chosen chosen(Fit.Fits best, List<Fit> all) {
    long fitting = all.stream().filter(Fit.Fits.class::isInstance).count();
    var checks = new ArrayList<Check>();
    checks.add(
        Check.pass(
            CheckName.Placement,
            best.host().name(),
            String.format(
                Locale.ROOT,
                "%d of %d hosts fit; %s was chosen, with %.0f MiB and %.1f vCPUs left after the"
                    + " move",
                fitting,
                all.size(),
                best.host().name(),
                best.freeMemoryMiB(),
                best.freeVCPUs())));
    checks.addAll(best.checks());
    return new Chosen(best.host(), List.copyOf(checks));
  }

  private static Optional<Placement> later(List<Fit> fits) {
    var waits =
        fits.stream()
            .filter(Fit.Waits.class::isInstance)
            .map(Fit.Waits.class::cast)
            .min(Comparator.comparing(Fit.Waits::reason).thenComparing(w -> w.host().name()));
    return waits.map(first -> new Later(first.reason(), "no host fits now: " + grouped(fits)));
  }

  private static Nowhere nowhere(Migration migration, List<Fit> fits) {
    var message =
        fits.isEmpty()
            ? "there is no host but the instance's own"
            : "0 of " + fits.size() + " hosts fit: " + grouped(fits);
    var checks = new ArrayList<Check>();
    checks.add(
        Check.fail(CheckName.Placement, Reason.NoDestinationFits, null, message + last(migration)));
    fits.forEach(fit -> oneLine(fit).ifPresent(checks::add));
    return new Nowhere(List.copyOf(checks));
  }

  /** What the attempt before came to: it is why there is no host left. */
  private static String last(Migration migration) {
    var failed = migration.status().failedAttempts();
    if (failed.isEmpty()) {
      return "";
    }
    FailedAttempt last = failed.get(failed.size() - 1);
    return Bounds.cut(
        "; attempt "
            + last.number()
            + " on "
            + last.destinationHost()
            + ": "
            + last.reason()
            + (last.message() == null ? "" : ", " + last.message()),
        Bounds.MESSAGE / 2);
  }

  private static Optional<Check> oneLine(Fit fit) {
    return Checks.firstFailed(fit.checks())
        .flatMap(Checks::reasonOf)
        .map(
            reason ->
                Check.fail(
                    CheckName.DestinationHost,
                    reason,
                    fit.host().name(),
                    Checks.obstacles(fit.checks())));
  }

  /** Each reason, with the hosts that it keeps away: a host is named under each of its reasons. */
  private static String grouped(List<Fit> fits) {
    var hosts = new TreeMap<Reason, List<String>>();
    for (var fit : fits) {
      for (var reason : reasons(fit)) {
        hosts.computeIfAbsent(reason, r -> new ArrayList<>()).add(fit.host().name());
      }
    }
    return hosts.entrySet().stream()
        .map(e -> e.getKey() + ": " + names(e.getValue()))
        .collect(Collectors.joining("; "));
  }

  private static List<Reason> reasons(Fit fit) {
    return fit instanceof Fit.Waits waits
        ? List.of(waits.reason())
        : fit.checks().stream()
            .filter(c -> c.outcome() == CheckOutcome.Fail)
            .flatMap(c -> Checks.reasonOf(c).stream())
            .distinct()
            .toList();
  }

  private static String names(List<String> names) {
    var shown = String.join(", ", names.subList(0, Math.min(names.size(), MOST_NAMES)));
    return names.size() > MOST_NAMES
        ? shown + " and " + (names.size() - MOST_NAMES) + " more"
        : shown;
  }
}
