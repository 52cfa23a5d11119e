package dev.ferryman.lab.chaos;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts of what was ordered and what came of it. Safe for many threads. */
final class Summary {
  private final Map<String, Integer> outcomes = new TreeMap<>();
  private final Map<String, Integer> takenBack = new TreeMap<>();
  private int ordered;
  private int split;

  synchronized void ordered() {
    ordered++;
  }

  synchronized void takenBack(Plan.TakenBack how) {
    takenBack.merge(how.toString(), 1, Integer::sum);
  }

  synchronized void outcome(Migrations.Seen seen) {
    var word = seen.word();
    split += seen.wentOverToPostCopy() ? 1 : 0;
    outcomes.merge(
        word.isTerminal() ? word.phase() + " " + word.reason() : "Deleted, end not seen",
        1,
        Integer::sum);
  }

  /** One line, of what has come so far. */
  synchronized String line() {
    var over = outcomes.values().stream().mapToInt(Integer::intValue).sum();
    return ordered
        + " orders, "
        + (ordered - over)
        + " under way, "
        + outcomes.getOrDefault("Succeeded Migrated", 0)
        + " moved";
  }

  synchronized int count() {
    return ordered;
  }

  /** Of how many the guest has been in post-copy. */
  synchronized int split() {
    return split;
  }

  synchronized String outcomes() {
    return list(outcomes);
  }

  synchronized String takenBack() {
    return list(takenBack);
  }

  static String list(Map<String, Integer> counts) {
    return counts.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }
}
