package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.ListenChecks;
import dev.ferryman.agent.libvirt.HostObjects;
import dev.ferryman.crds.livemigration.ListenNeed;
import dev.ferryman.crds.livemigration.Needs;
import java.util.HashMap;
import java.util.Map;

/** Looks where an instance can listen on this host. */
final class ListenLook {
  private ListenLook() {}

  static ListenChecks.Seen look(Needs needs, HostContext host) {
    var addresses = new HashMap<String, String>();
    var troubles = new HashMap<String, String>();
    for (var need : needs.listenAddresses()) {
      if (!addresses.containsKey(need.address()) && !troubles.containsKey(need.address())) {
        look(need, host.hypervisor().objects(), addresses, troubles);
      }
    }
    var ports = new HashMap<ListenNeed, String>();
    for (var need : needs.listenAddresses()) {
      var here = addresses.get(need.address());
      if (need.port() != null && here != null) {
        host.hypervisor()
            .objects()
            .listenTrouble(here, need.port(), Boolean.TRUE.equals(need.udp()))
            .ifPresent(trouble -> ports.put(need, trouble));
      }
    }
    return new ListenChecks.Seen(host.name(), addresses, troubles, ports);
  }

  private static void look(
      ListenNeed need,
      HostObjects objects,
      Map<String, String> addresses,
      Map<String, String> troubles) {
    var address = need.address();
    var subnet = need.subnet();
    if (subnet == null) {
      objects
          .listenTrouble(address, 0, false)
          .ifPresentOrElse(
              trouble -> troubles.put(address, "which cannot be had here: " + trouble),
              () -> addresses.put(address, address));
    } else if (objects.subnetOf(address).isPresent()) {
      // Every host has it, as that of a bridge of libvirt's own.
      addresses.put(address, address);
    } else {
      objects
          .addressIn(subnet)
          .ifPresentOrElse(
              here -> addresses.put(address, here),
              () ->
                  troubles.put(
                      address,
                      "the source's own, and this host has no address in its subnet " + subnet));
    }
  }
}
