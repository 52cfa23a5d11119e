package dev.ferryman.operator.decide.admission;

/** Orders dotted versions by their numbers: 10.0.0 is newer than 9.10.0. */
final class Versions {
  private Versions() {}

  /** Whether {@code version} is at least {@code other}; what is no number counts as 0. */
  static boolean atLeast(String version, String other) {
    var left = version.split("\\.", -1);
    var right = other.split("\\.", -1);
    for (int i = 0; i < Math.max(left.length, right.length); i++) {
      int order = Long.compare(number(left, i), number(right, i));
      if (order != 0) {
        return order > 0;
      }
    }
    return true;
  }

  private static long number(String[] parts, int index) {
    if (index >= parts.length) {
      return 0;
    }
    var part = parts[index];
    int end = 0;
    while (end < part.length() && end < 18 && part.charAt(end) >= '0' && part.charAt(end) <= '9') {
      end++;
    }
    return end == 0 ? 0 : Long.parseLong(part.substring(0, end));
  }
}
