package dev.ferryman.agent.inventory;

import java.util.OptionalLong;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The host's ordinary memory (proc(5), meminfo: MemTotal less Hugetlb, and MemAvailable). */
public record Memory(long totalMiB, long availableMiB) {

  static Memory parse(String meminfo) {
    return new Memory(
        (kibibytes(meminfo, "MemTotal") - find(meminfo, "Hugetlb").orElse(0)) / 1024,
        kibibytes(meminfo, "MemAvailable") / 1024);
  }

  /** Of a process's status: what it has written to, and what it shares with others. */
  static long residentMiB(String status) {
    return (find(status, "RssAnon").orElse(0) + find(status, "RssShmem").orElse(0)) / 1024;
  }

  /** Of a process's status: its huge pages, of all sizes together. */
  static long hugeKiB(String status) {
    return find(status, "HugetlbPages").orElse(0);
  }

  private static long kibibytes(String meminfo, String name) {
    return find(meminfo, name)
        .orElseThrow(() -> new IllegalStateException("meminfo has no " + name));
  }

  private static OptionalLong find(String file, String name) {
    return Pattern.compile("^" + name + ":\\s+(\\d{1,18}) kB$", Pattern.MULTILINE)
        .matcher(file)
        .results()
        .mapToLong((MatchResult line) -> Long.parseLong(line.group(1)))
        .findFirst();
  }
}
