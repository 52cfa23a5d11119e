package dev.ferryman.agent.inventory;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The host's memory (proc(5), meminfo: MemTotal and MemAvailable). */
public record Memory(long totalMiB, long availableMiB) {

  static Memory parse(String meminfo) {
    return new Memory(
        kibibytes(meminfo, "MemTotal") / 1024, kibibytes(meminfo, "MemAvailable") / 1024);
  }

  private static long kibibytes(String meminfo, String name) {
    return Pattern.compile("^" + name + ":\\s+(\\d{1,18}) kB$", Pattern.MULTILINE)
        .matcher(meminfo)
        .results()
        .findFirst()
        .map((MatchResult line) -> Long.parseLong(line.group(1)))
        .orElseThrow(() -> new IllegalStateException("meminfo has no " + name));
  }
}
