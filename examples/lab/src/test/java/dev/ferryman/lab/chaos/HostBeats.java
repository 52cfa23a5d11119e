package dev.ferryman.lab.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The heartbeats of a guest that one host has recorded. */
final class HostBeats {
  private static final Pattern BEAT = Pattern.compile("T (\\d{1,12}) ([0-9a-f]{8})");

  private final String host;
  private final StringBuilder line = new StringBuilder();
  private final List<Stretch> stretches = new ArrayList<>();
  private long lastMillis;

  HostBeats(String host) {
    this.host = host;
  }

  /** Takes what has come, at the given wall-clock time. */
  void accept(String text, long nowMillis) {
    for (var i = 0; i < text.length(); i++) {
      var character = text.charAt(i);
      if (character != '\n') {
        line.append(character);
      } else {
        endOfLine(nowMillis);
      }
    }
  }

  private void endOfLine(long nowMillis) {
    var beat = BEAT.matcher(line);
    if (beat.lookingAt()) { // the kernel may have the rest of the line
      append(beat.group(2), Long.parseLong(beat.group(1)));
      lastMillis = nowMillis;
    }
    line.setLength(0);
  }

  private void append(String run, long number) {
    var index = stretches.size() - 1;
    var last = index < 0 ? null : stretches.get(index);
    if (last != null && last.run().equals(run) && last.last() + 1 == number) {
      stretches.set(index, new Stretch(host, run, last.first(), number));
    } else {
      stretches.add(new Stretch(host, run, number, number));
    }
  }

  /** The guest went on elsewhere: what comes here next does not belong to the line begun. */
  void forgetHalfLine() {
    line.setLength(0);
  }

  /** When the latest one came; 0 before the first. */
  long lastMillis() {
    return lastMillis;
  }

  List<Stretch> stretches() {
    return stretches;
  }
}
