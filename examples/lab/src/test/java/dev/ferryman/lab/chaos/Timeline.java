package dev.ferryman.lab.chaos;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Everything that happened, in order; printed when something was wrong. Safe for many threads. */
final class Timeline {
  /** What an entry tells of. */
  enum Kind {
    FAULT,
    MENDED,
    ORDER,
    PHASE,
    GUEST,
    VIOLATION
  }

  private record Entry(Instant time, Kind kind, String what) {}

  private Instant start = Instant.now();
  private final List<Entry> entries = new ArrayList<>();

  /** What was before is counted as before the start. */
  synchronized void begin() {
    start = Instant.now();
  }

  synchronized void add(Kind kind, String what) {
    entries.add(new Entry(Instant.now(), kind, what));
  }

  /** Something that must never be; told at once. */
  void violation(String what) {
    add(Kind.VIOLATION, what);
    System.err.println("chaos: VIOLATION: " + what);
  }

  synchronized List<String> violations() {
    return entries.stream()
        .filter(entry -> entry.kind() == Kind.VIOLATION)
        .map(Entry::what)
        .toList();
  }

  synchronized Duration elapsed() {
    return Duration.between(start, Instant.now());
  }

  synchronized void print(PrintStream out) {
    out.println("timeline (wall clock, seconds since the start):");
    for (var entry : entries) {
      var after = Duration.between(start, entry.time()).toMillis() / 1_000.0;
      out.printf(
          Locale.ROOT, "%s %8.2f %-9s %s%n", entry.time(), after, entry.kind(), entry.what());
    }
  }
}
