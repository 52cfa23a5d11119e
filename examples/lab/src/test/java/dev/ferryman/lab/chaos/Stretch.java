package dev.ferryman.lab.chaos;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Consecutive heartbeats that one host has recorded.
 *
 * @param run which run of the guest: it numbers its heartbeats from 0 each time it boots
 */
record Stretch(String host, String run, long first, long last) {

  /**
   * A copy of a guest goes on counting where the other left off. So whatever two hosts have both
   * recorded, two copies have said.
   */
  static List<String> saidTwice(Collection<Stretch> stretches) {
    var list = List.copyOf(stretches);
    var twice = new ArrayList<String>();
    for (var i = 0; i < list.size(); i++) {
      for (var other : list.subList(i + 1, list.size())) {
        if (list.get(i).overlaps(other)) {
          twice.add("two copies ran: " + list.get(i) + " and " + other);
        }
      }
    }
    return twice;
  }

  private boolean overlaps(Stretch other) {
    return run.equals(other.run) && first <= other.last && other.first <= last;
  }

  /** Heartbeats that no host has recorded: the guest went back in time, or forward. */
  static List<String> missing(Collection<Stretch> stretches) {
    var missing = new ArrayList<String>();
    var runs = stretches.stream().collect(Collectors.groupingBy(Stretch::run));
    for (var run : runs.values()) {
      var sorted = run.stream().sorted(Comparator.comparingLong(Stretch::first)).toList();
      if (sorted.get(0).first > 1) { // the kernel's last words of booting may be amid the first one
        missing.add("nothing before " + sorted.get(0));
      }
      for (var i = 1; i < sorted.size(); i++) {
        if (!sorted.get(i - 1).leadsTo(sorted.get(i))) {
          missing.add(
              "heartbeats are missing between " + sorted.get(i - 1) + " and " + sorted.get(i));
        }
      }
    }
    return missing;
  }

  /** A heartbeat may begin on one host and end on the other: then no host has the whole of it. */
  private boolean leadsTo(Stretch next) {
    return next.first <= last + 1 || (next.first == last + 2 && !host.equals(next.host));
  }

  @Override
  public String toString() {
    return "heartbeats " + first + " to " + last + " on " + host + " (run " + run + ")";
  }
}
