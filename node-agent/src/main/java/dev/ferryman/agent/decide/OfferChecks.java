package dev.ferryman.agent.decide;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.FilterNeed;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.NetworkKind;
import dev.ferryman.crds.livemigration.NetworkNeed;
import dev.ferryman.crds.livemigration.SecretNeed;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Judges whether this host has what an instance needs beside its disks: its CPU, its networks with
 * their filters, its secrets and storage pools.
 */
public final class OfferChecks {
  private static final String PASSED_THROUGH = "host-passthrough";

  /** libvirt's domain type of guests without hardware virtualisation. */
  private static final String EMULATED = "qemu";

  private OfferChecks() {}

  /** What this host's hypervisor says of the instance's CPU. */
  public enum Cpu {
    Identical,
    Superset,
    Incompatible,
    /** libvirt cannot say. */
    Unknown
  }

  /**
   * What this host has of the instance's needs.
   *
   * @param cpuWords libvirt's own, if the CPU cannot be had or not be judged
   * @param lackingNetworks what is wrong with each; those with which nothing is are not in it
   * @param lackingPools by name, as the networks
   */
  public record Offer(
      String host,
      Cpu cpu,
      String cpuWords,
      Map<NetworkNeed, String> lackingNetworks,
      Filters filters,
      List<SecretNeed> missingSecrets,
      Map<String, String> lackingPools) {}

  /**
   * Network filters of this host.
   *
   * @param here hashes by name
   * @param installed names of those that are to be installed before the instance comes
   * @param allowed whether this host installs any
   */
  public record Filters(Map<String, String> here, List<String> installed, boolean allowed) {}

  /** One check for each kind of need; each names all that is missing of its kind. */
  public static List<Check> judge(Needs needs, Offer offer) {
    var networks =
        missing(needs.networks(), need -> offer.lackingNetworks().get(need), OfferChecks::name);
    var pools =
        missing(
            needs.storagePools(),
            pool -> offer.lackingPools().get(pool.name()),
            pool -> "storage pool " + pool.name());
    var secrets = offer.missingSecrets().stream().map(OfferChecks::name).toList();
    return List.of(
        cpu(needs, offer),
        all(
            CheckName.Networks,
            Reason.NetworkMissing,
            offer,
            networks,
            needs.networks().stream().map(OfferChecks::name).toList()),
        filters(needs.nwfilters(), offer),
        all(
            CheckName.Secrets,
            Reason.SecretMissing,
            offer,
            secrets.stream().map(name -> name + " is not defined here").toList(),
            needs.secrets().stream().map(OfferChecks::name).toList()),
        all(
            CheckName.StoragePools,
            Reason.StoragePoolMissing,
            offer,
            pools,
            needs.storagePools().stream().map(pool -> "storage pool " + pool.name()).toList()));
  }

  /** Checks of two judgements, as many as a report may hold; the first ones come first. */
  public static List<Check> join(List<Check> first, List<Check> second) {
    return Stream.concat(first.stream(), second.stream()).limit(Bounds.CHECKS).toList();
  }

  /**
   * An emulated CPU does not depend on the host's, so it is not refused here, no more than one that
   * libvirt does not check: libvirt itself still judges it when the move begins.
   */
  private static Check cpu(Needs needs, Offer offer) {
    var need = needs.cpu();
    if (need == null) {
      return Check.pass(CheckName.CPU, offer.host(), "the machine type's own CPU");
    }
    var passedThrough = need.mode().equals(PASSED_THROUGH);
    return switch (offer.cpu()) {
      case Identical -> Check.pass(CheckName.CPU, offer.host(), "this host has exactly this CPU");
      case Superset ->
          passedThrough
              ? Check.warn(
                  CheckName.CPU,
                  Reason.CPUIncompatible,
                  offer.host(),
                  "the source's CPU is passed through, this host's is another one that has all its"
                      + " features")
              : Check.pass(CheckName.CPU, offer.host(), "this host's CPU can all it needs");
      case Incompatible ->
          Boolean.TRUE.equals(need.enforced()) && !EMULATED.equals(needs.type())
              ? Check.fail(
                  CheckName.CPU,
                  Reason.CPUIncompatible,
                  offer.host(),
                  "mode " + need.mode() + ": " + offer.cpuWords())
              : Check.warn(
                  CheckName.CPU,
                  Reason.CPUIncompatible,
                  offer.host(),
                  "mode "
                      + need.mode()
                      + ", emulated or not enforced (check='none'): "
                      + offer.cpuWords());
      case Unknown ->
          Check.skipped(CheckName.CPU, offer.host(), "libvirt cannot compare: " + offer.cpuWords());
    };
  }

  private static Check filters(List<FilterNeed> needs, Offer offer) {
    var missing =
        needs.stream()
            .map(FilterNeed::name)
            .filter(name -> !offer.filters().here().containsKey(name))
            .filter(name -> !offer.filters().installed().contains(name))
            .toList();
    var different =
        needs.stream()
            .filter(need -> offer.filters().here().containsKey(need.name()))
            .filter(need -> !need.hash().equals(offer.filters().here().get(need.name())))
            .map(FilterNeed::name)
            .toList();
    if (missing.isEmpty() && different.isEmpty()) {
      return Check.pass(
          CheckName.NetworkFilters, offer.host(), filterWords(needs, offer.filters().installed()));
    }
    var lacks =
        missing.isEmpty()
            ? ""
            : "not defined here: "
                + String.join(", ", missing)
                + (offer.filters().allowed()
                    ? " (too long to be installed from the source)"
                    : " (with --install-nwfilters the agent here installs them)");
    var differs =
        different.isEmpty()
            ? ""
            : "another content than at the source: " + String.join(", ", different);
    return Check.fail(
        CheckName.NetworkFilters,
        different.isEmpty() ? Reason.NetworkFilterMissing : Reason.NetworkFilterDiffers,
        offer.host(),
        differs + (lacks.isEmpty() || differs.isEmpty() ? "" : "; ") + lacks);
  }

  private static String filterWords(List<FilterNeed> needs, List<String> installed) {
    var all = words(needs.stream().map(FilterNeed::name).toList());
    return installed.isEmpty()
        ? all
        : "installed here before the move: "
            + String.join(", ", installed)
            + (installed.size() == needs.size() ? "" : "; all others are here");
  }

  private static <T> List<String> missing(
      List<T> needs, Function<T, @Nullable String> lack, Function<T, String> name) {
    return needs.stream()
        .filter(need -> lack.apply(need) != null)
        .map(need -> name.apply(need) + " " + lack.apply(need))
        .toList();
  }

  private static Check all(
      CheckName name, Reason reason, Offer offer, List<String> missing, List<String> needed) {
    return missing.isEmpty()
        ? Check.pass(name, offer.host(), words(needed))
        : Check.fail(name, reason, offer.host(), String.join(", ", missing));
  }

  private static String words(List<String> names) {
    return names.isEmpty() ? "none is needed" : "all here: " + String.join(", ", names);
  }

  private static String name(NetworkNeed need) {
    return (need.kind() == NetworkKind.Network ? "network " : "interface ") + need.name();
  }

  private static String name(SecretNeed need) {
    var uuid = need.uuid();
    return uuid != null ? "secret " + uuid : "secret for " + need.usageType() + " " + need.usage();
  }
}
