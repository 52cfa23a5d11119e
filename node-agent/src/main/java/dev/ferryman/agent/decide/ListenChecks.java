package dev.ferryman.agent.decide;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.ListenAddress;
import dev.ferryman.crds.livemigration.ListenNeed;
import dev.ferryman.crds.livemigration.Needs;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Judges whether an instance can listen on this host as it does at its source. */
public final class ListenChecks {
  private ListenChecks() {}

  /**
   * What this host has to offer.
   *
   * @param addresses on which the instance can listen here, by that of the source
   * @param troubles why it cannot, by that of the source
   * @param ports why they cannot be had on those addresses
   */
  public record Seen(
      String host,
      Map<String, String> addresses,
      Map<String, String> troubles,
      Map<ListenNeed, String> ports) {}

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

  /** The check of its addresses and ports. */
  public static Check judge(Needs sought, Seen seen) {
    var needs = sought.listenAddresses();
    var lacking = needs.stream().flatMap(need -> lack(need, seen).stream()).toList();
    if (!lacking.isEmpty()) {
      return Check.fail(
          CheckName.ListenAddresses,
          Reason.ListenAddressUnavailable,
          seen.host(),
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
    return Check.pass(
        CheckName.ListenAddresses,
        seen.host(),
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
}
