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
   * A copy of a guest goes on counting where the other left off. So whatever has been recorded
   * twice of one run, two copies have said. One line for each run that this is true of.
   */
  static List<String> saidTwice(Collection<Stretch> stretches) {
    var twice = new ArrayList<String>();
    var runs = stretches.stream().collect(Collectors.groupingBy(Stretch::run));
    for (var run : runs.values()) {
      var common = 0L;
      var example = "";
      for (var i = 0; i < run.size(); i++) {
        for (var other : run.subList(i + 1, run.size())) {
          var count = run.get(i).commonWith(other);
          if (count > 0 && common == 0) {
            example = run.get(i) + " and " + other;
          }
          common += count;
        }
      }
      if (common > 0) {
        twice.add("two copies ran, " + common + " heartbeats were given by both: " + example);
      }
    }
    return twice;
  }

  private long commonWith(Stretch other) {
    return Math.max(0, Math.min(last, other.last) - Math.max(first, other.first) + 1);
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

  /**
   * A heartbeat may begin on one host and end on the other, or have other words of the guest amid:
   * then no host has the whole of it.
   */
  private boolean leadsTo(Stretch next) {
    return next.first <= last + 2;
  }

  @Override
  public String toString() {
    return "heartbeats " + first + " to " + last + " on " + host + " (run " + run + ")";
  }
}
