package dev.ferryman.agent.decide;

import java.util.regex.Pattern;

/** The first two parts of a dotted version. */
record Version(int major, int minor) {
  private static final Pattern DOTTED = Pattern.compile("(\\d{1,9})\\.(\\d{1,9})\\b.*");

  /** Whether that version is this one or a later one; one that cannot be read is not. */
  boolean isIn(String dotted) {
    var parts = DOTTED.matcher(dotted);
    if (!parts.matches()) {
      return false;
    }
    var itsMajor = Integer.parseInt(parts.group(1));
    return itsMajor > major || (itsMajor == major && Integer.parseInt(parts.group(2)) >= minor);
  }
}
