package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.on;

import dev.ferryman.crds.livemigration.LiveMigration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that a migration can leave on the compute hosts, seen as files: libvirt's records of what is
 * defined, runs, or starts with the host, and of network filters; and whatever lies in the
 * directories of disks. Files are there to be seen whatever daemon is down.
 *
 * @param ofHosts paths by host
 */
record HostFiles(Map<String, Set<String>> ofHosts) {
  private static final Map<String, HostFiles> BEFORE = new ConcurrentHashMap<>();

  /** Where libvirt keeps what is defined, and under {@code autostart} what starts with the host. */
  private static final String DEFINED = "/etc/libvirt/qemu";

  /** Where libvirt keeps what is active, also what is on its way in. */
  private static final String ACTIVE = "/run/libvirt/qemu";

  private static final String FILTERS = "/etc/libvirt/nwfilter";

  static HostFiles now() {
    var found = new LinkedHashMap<String, Set<String>>();
    for (var host : Guest.COMPUTE_HOSTS) {
      found.put(
          host,
          on(
                  host,
                  "sh",
                  "-ec",
                  ("find " + String.join(" ", DEFINED, ACTIVE, FILTERS))
                      + (" -ignore_readdir_race -name '*.xml'")
                      + (" -not -path '" + DEFINED + "/networks/*';")
                      + " find /var/lib/ferryman/instances /var/lib/ferryman/local"
                      + " -ignore_readdir_race")
              .lines()
              .collect(Collectors.toCollection(TreeSet::new)));
    }
    return new HostFiles(found);
  }

  /** Remembers what is there before a migration is ordered; {@link Api#order} does. */
  static void remember(String migration) {
    BEFORE.put(migration, now());
  }

  /** What was there before the migration was ordered. */
  static HostFiles before(String migration) {
    var before = BEFORE.get(migration);
    if (before == null) {
      throw new AssertionError("what was there before " + migration + " was not noted");
    }
    return before;
  }

  /** What is on a host and was not before. */
  Set<String> newSince(HostFiles before, String host) {
    var found = new TreeSet<>(ofHosts.get(host));
    found.removeAll(before.ofHosts.get(host));
    return found;
  }

  /** The hosts where libvirt has a domain of that name, running or not. */
  Set<String> hostsOf(String domain) {
    return ofHosts.keySet().stream()
        .filter(host -> ofHosts.get(host).stream().anyMatch(path -> isRecordOf(domain, path)))
        .collect(Collectors.toSet());
  }

  /** Whether a path belongs to a guest that has come to a host by that migration. */
  static boolean comesWith(LiveMigration migration, String path) {
    var made = migration.getStatus().destination();
    return isRecordOf(migration.getSpec().instance(), path)
        || (made != null
            && (made.filters().stream().anyMatch(name -> path.equals(FILTERS + "/" + name + ".xml"))
                || made.copies().stream().anyMatch(copy -> isOnTheWayTo(copy.path(), path))));
  }

  private static boolean isRecordOf(String domain, String path) {
    return Stream.of(ACTIVE, DEFINED, DEFINED + "/autostart")
        .anyMatch(directory -> path.equals(directory + "/" + domain + ".xml"));
  }

  private static boolean isOnTheWayTo(String image, String path) {
    return image.equals(path) || image.startsWith(path + "/");
  }
}
