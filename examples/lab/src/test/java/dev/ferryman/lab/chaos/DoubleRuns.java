package dev.ferryman.lab.chaos;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Finds guests that ran on two hosts at once, from what one host's libvirt says between two answers
 * of the other's.
 */
final class DoubleRuns {
  /** In less time no guest has gone to another host and come back. */
  private static final long NO_TIME_FOR_TWO_MOVES = Duration.ofMillis(1_000).toNanos();

  private final Map<String, HostView> before = new HashMap<>();
  private final Map<String, HostView> latest = new HashMap<>();

  /** Takes a host's answer, and returns the guests that it proves to have run twice. */
  Set<String> accept(HostView view) {
    var earlier = latest.put(view.host(), view);
    if (earlier != null) {
      before.put(view.host(), earlier);
    }
    var twice = new HashSet<String>();
    if (earlier == null || view.end() - earlier.begin() > NO_TIME_FOR_TWO_MOVES) {
      return twice;
    }
    for (var other : latest.values()) {
      if (!other.host().equals(view.host())) {
        addIfBetween(earlier, other, view, twice);
        var older = before.get(other.host());
        if (older != null) {
          addIfBetween(earlier, older, view, twice);
        }
      }
    }
    return twice;
  }

  private static void addIfBetween(
      HostView earlier, HostView between, HostView later, Set<String> twice) {
    if (between.begin() >= earlier.end() && between.end() <= later.begin()) {
      between.running().stream()
          .filter(name -> earlier.running().contains(name) && later.running().contains(name))
          .forEach(twice::add);
    }
  }
}
