package dev.ferryman.agent.decide;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.ListenAddress;
import dev.ferryman.crds.livemigration.ListenNeed;
import dev.ferryman.crds.livemigration.Needs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Judges whether an instance can listen and write its logs on this host as it does at its source.
 */
public final class HostBoundChecks {
  private HostBoundChecks() {}

  /** What a directory of log files is on this host. */
  public enum Directory {
    There,
    Missing,
    /** The agent sees other files than its host's libvirt. */
    Unseen,
    /** The file system does not answer. */
    Silent
  }

  /**
   * What this host has to offer.
   *
   * @param addresses on which the instance can listen here, by that of the source
   * @param troubles why it cannot, by that of the source
   * @param ports why they cannot be had on those addresses
   * @param directories of the log files, by path
   */
  public record Seen(
      String host,
      Map<String, String> addresses,
      Map<String, String> troubles,
      Map<ListenNeed, String> ports,
      Map<String, Directory> directories) {}

  /** A check of the addresses, and one of the files. */
  public static List<Check> judge(Needs needs, Seen seen) {
    return List.of(addresses(needs.listenAddresses(), seen), logs(needs.logPaths(), seen));
  }

  /** The addresses of the source's own, and those of this host that take their place. */
  public static List<ListenAddress> replacements(Needs needs, Seen seen) {
    return needs.listenAddresses().stream()
        .filter(need -> need.subnet() != null)
        .map(ListenNeed::address)
        .distinct()
        .flatMap(
            address ->
                Stream.ofNullable(seen.addresses().get(address))
                    .map(here -> new ListenAddress(address, here)))
        .toList();
  }

  private static Check addresses(List<ListenNeed> needs, Seen seen) {
    var lacking = needs.stream().flatMap(need -> lack(need, seen).stream()).toList();
    if (!lacking.isEmpty()) {
      return check(
          CheckName.ListenAddresses,
          CheckOutcome.Fail,
          Reason.ListenAddressUnavailable,
          seen,
          String.join("; ", lacking));
    }
    var told =
        needs.stream()
            .map(
                need -> {
                  var here = String.valueOf(seen.addresses().get(need.address()));
                  return listens(need) + (here.equals(need.address()) ? "" : ", here on " + here);
                })
            .toList();
    return check(
        CheckName.ListenAddresses,
        CheckOutcome.Pass,
        null,
        seen,
        told.isEmpty()
            ? "no address is its host's own, and no port is fixed"
            : String.join("; ", told));
  }

  private static Optional<String> lack(ListenNeed need, Seen seen) {
    var here = seen.addresses().get(need.address());
    if (here == null) {
      return Optional.of(listens(need) + ", " + seen.troubles().get(need.address()));
    }
    return Optional.ofNullable(seen.ports().get(need))
        .map(
            trouble ->
                listens(need) + ", a port that cannot be had on " + here + " here: " + trouble);
  }

  private static String listens(ListenNeed need) {
    var protocol = Boolean.TRUE.equals(need.udp()) ? " UDP" : "";
    return need.device()
        + " listens on "
        + need.address()
        + (need.port() == null ? "" : protocol + " port " + need.port());
  }

  private static Check logs(List<String> paths, Seen seen) {
    var missing = new ArrayList<String>();
    var unseen = new ArrayList<String>();
    for (var path : paths) {
      var directory = DestinationChecks.directoryOf(path);
      switch (seen.directories().getOrDefault(directory, Directory.Silent)) {
        case There -> {}
        case Missing -> missing.add(path + ": there is no directory " + directory + " here");
        case Silent -> missing.add(path + ": its directory does not answer here");
        case Unseen -> unseen.add(path);
      }
    }
    if (!missing.isEmpty()) {
      return check(
          CheckName.LogPaths,
          CheckOutcome.Fail,
          Reason.LogPathMissing,
          seen,
          String.join("; ", missing));
    }
    if (!unseen.isEmpty()) {
      return check(
          CheckName.LogPaths,
          CheckOutcome.Warn,
          Reason.LogPathMissing,
          seen,
          "the agent does not see whether the host has the directory of "
              + String.join(", ", unseen));
    }
    return check(
        CheckName.LogPaths,
        CheckOutcome.Pass,
        null,
        seen,
        paths.isEmpty() ? "none is needed" : "can be written here: " + String.join(", ", paths));
  }

  private static Check check(
      CheckName name, CheckOutcome outcome, @Nullable Reason reason, Seen seen, String message) {
    return new Check(
        name.name(),
        outcome,
        reason == null ? null : reason.name(),
        seen.host(),
        Bounds.cut(message, Bounds.MESSAGE));
  }
}
