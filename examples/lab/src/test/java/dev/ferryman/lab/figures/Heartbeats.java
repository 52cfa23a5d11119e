package dev.ferryman.lab.figures;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;

/**
 * A guest's heartbeats, as the lab records them: wall-clock milliseconds and a counter, one a line.
 */
final class Heartbeats {
  /** A few beats, and those of some minutes. */
  private static final int SHORT_TAIL = 256;

  private static final int LONG_TAIL = 512 * 1024;

  private final Path file;

  Heartbeats(Path file) {
    this.file = file;
  }

  /** Waits for a heartbeat that comes from now on. */
  void awaitNext() {
    var now = System.currentTimeMillis();
    Waiting.await("a heartbeat of the guest")
        .until(() -> beats(tail(file, SHORT_TAIL)).anyMatch(beat -> beat > now));
  }

  /**
   * The longest time without a heartbeat that touches a span of time, in milliseconds. Heartbeats
   * must have come after the span.
   */
  long longestGap(long begin, long end) {
    var before = file.resolveSibling(file.getFileName() + ".before"); // the lab begins new files
    var text = (Files.exists(before) ? tail(before, LONG_TAIL) : "") + tail(file, LONG_TAIL);
    return longestGap(text, begin, end);
  }

  static long longestGap(String ticks, long begin, long end) {
    var beats = beats(ticks).toArray();
    var longest = 0L;
    for (var i = 1; i < beats.length; i++) {
      if (beats[i] >= begin && beats[i - 1] <= end) {
        longest = Math.max(longest, beats[i] - beats[i - 1]);
      }
    }
    if (beats.length == 0 || beats[0] > begin || beats[beats.length - 1] < end) {
      throw new MoveFailedException("the recorded heartbeats do not cover the move");
    }
    return longest;
  }

  private static LongStream beats(String ticks) {
    return ticks.lines().mapToLong(line -> Long.parseLong(line.substring(0, line.indexOf(' '))));
  }

  /** The last whole lines of a file. */
  private static String tail(Path file, int bytes) {
    try (var input = new RandomAccessFile(file.toFile(), "r")) {
      var from = Math.max(0, input.length() - bytes);
      input.seek(from);
      var content = new byte[(int) (input.length() - from)];
      input.readFully(content);
      var text = new String(content, StandardCharsets.US_ASCII);
      var begin = from == 0 ? 0 : text.indexOf('\n') + 1;
      return text.substring(begin, Math.max(begin, text.lastIndexOf('\n') + 1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
