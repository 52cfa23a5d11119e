package dev.ferryman.lab.chaos;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The heartbeats of a guest, by the host that records them. Safe for many threads. */
final class GuestBeats {
  private static final class Source {
    private final Path file;
    private final HostBeats beats;
    private long position;

    private Source(String host, Path file) {
      this.file = file;
      this.beats = new HostBeats(host);
    }

    /** Whether anything has come. */
    private boolean read() {
      try (var input = new RandomAccessFile(file.toFile(), "r")) {
        var length = input.length();
        if (length <= position) {
          return false;
        }
        var bytes = new byte[(int) (length - position)];
        input.seek(position);
        input.readFully(bytes);
        position = length;
        beats.accept(new String(bytes, StandardCharsets.ISO_8859_1), System.currentTimeMillis());
        return true;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private final Map<String, Source> sources = new TreeMap<>();

  /**
   * @param files serial output by host
   */
  GuestBeats(Map<String, Path> files) {
    files.forEach((host, file) -> sources.put(host, new Source(host, file)));
  }

  synchronized void read() {
    var silent = new ArrayList<Source>();
    for (var source : sources.values()) {
      if (!source.read()) {
        silent.add(source);
      }
    }
    if (silent.size() < sources.size()) {
      silent.forEach(source -> source.beats.forgetHalfLine());
    }
  }

  synchronized List<Stretch> stretches() {
    var all = new ArrayList<Stretch>();
    sources.values().forEach(source -> all.addAll(source.beats.stretches()));
    return all;
  }

  /** When a host recorded its latest one, in wall-clock milliseconds; 0 before the first. */
  synchronized long lastMillis(String host) {
    return sources.get(host).beats.lastMillis();
  }

  /** When the latest one was recorded anywhere. */
  synchronized long lastMillis() {
    return sources.values().stream().mapToLong(source -> source.beats.lastMillis()).max().orElse(0);
  }

  /** The host that recorded the latest one. */
  synchronized String lastHost() {
    return sources.entrySet().stream()
        .max(java.util.Comparator.comparingLong(entry -> entry.getValue().beats.lastMillis()))
        .orElseThrow()
        .getKey();
  }
}
