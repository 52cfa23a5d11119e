package dev.ferryman.lab.chaos;

import static dev.ferryman.lab.Lab.tryOn;

import java.util.List;
import java.util.regex.Pattern;

/** What must not be left on a host. */
final class Leftovers {
  private static final Pattern GUEST = Pattern.compile(" guest=([^,]+),");

  private Leftovers() {}

  static List<String> markers(String host) {
    return tryOn(host, "find", "/var/lib/ferryman/instances", "-name", ".ferryman-*")
        .output()
        .lines()
        .map(marker -> "a marker is left, as " + host + " sees it: " + marker)
        .toList();
  }

  /** QEMU processes that libvirt does not know, or of which it knows one alone. */
  static List<String> orphans(HostView view) {
    var processes =
        GUEST
            .matcher(tryOn(view.host(), "pgrep", "-a", "qemu-system").output())
            .results()
            .map(result -> result.group(1))
            .toList();
    return processes.stream()
        .distinct()
        .filter(
            guest ->
                !view.active().contains(guest)
                    || processes.stream().filter(guest::equals).count() > 1)
        .map(guest -> "a QEMU of " + guest + " on " + view.host() + " is left alone")
        .toList();
  }
}
