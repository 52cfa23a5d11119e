package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.OfferChecks;
import dev.ferryman.agent.libvirt.CpuAnswer;
import dev.ferryman.agent.libvirt.HostObjects;
import dev.ferryman.agent.libvirt.Presence;
import dev.ferryman.crds.livemigration.FilterNeed;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.NetworkNeed;
import dev.ferryman.crds.livemigration.StoragePoolNeed;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/** Looks for what an instance needs among what this host has. */
final class Offers {
  private Offers() {}

  /**
   * @param installed names of the network filters that are to be installed here
   */
  static OfferChecks.Offer of(HostContext host, Needs needs, List<String> installed) {
    var objects = host.hypervisor().objects();
    var cpu = cpu(needs, objects);
    var networks = new HashMap<NetworkNeed, String>();
    for (var need : needs.networks()) {
      lack(objects.network(need)).ifPresent(lack -> networks.put(need, lack));
    }
    var pools = new HashMap<String, String>();
    for (var name : needs.storagePools().stream().map(StoragePoolNeed::name).toList()) {
      lack(objects.storagePool(name)).ifPresent(lack -> pools.put(name, lack));
    }
    var filters = new HashMap<String, String>();
    for (var name : needs.nwfilters().stream().map(FilterNeed::name).toList()) {
      objects.nwfilter(name).ifPresent(found -> filters.put(name, found.hash()));
    }
    return new OfferChecks.Offer(
        host.name(),
        judged(cpu.kind()),
        cpu.words(),
        networks,
        new OfferChecks.Filters(filters, installed, host.installsFilters()),
        needs.secrets().stream().filter(need -> !objects.hasSecret(need)).toList(),
        pools);
  }

  private static CpuAnswer cpu(Needs needs, HostObjects objects) {
    var cpu = needs.cpu();
    return cpu == null
        ? new CpuAnswer(CpuAnswer.Kind.Identical, "")
        : objects.compareCpu(cpu.xml(), needs.arch(), needs.machineType(), needs.type());
  }

  private static OfferChecks.Cpu judged(CpuAnswer.Kind kind) {
    return switch (kind) {
      case Identical -> OfferChecks.Cpu.Identical;
      case Superset -> OfferChecks.Cpu.Superset;
      case Incompatible -> OfferChecks.Cpu.Incompatible;
      case Unknown -> OfferChecks.Cpu.Unknown;
    };
  }

  private static Optional<String> lack(Presence presence) {
    return switch (presence) {
      case Active -> Optional.empty();
      case Inactive -> Optional.of("is not active here");
      case Missing -> Optional.of("is not here");
    };
  }
}
