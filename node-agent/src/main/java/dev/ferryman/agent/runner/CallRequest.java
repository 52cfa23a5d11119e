package dev.ferryman.agent.runner;

import dev.ferryman.agent.libvirt.AttemptMark;
import dev.ferryman.agent.libvirt.HypervisorException;
import dev.ferryman.agent.libvirt.ListenXml;
import dev.ferryman.agent.libvirt.MigrationRequest;
import dev.ferryman.agent.libvirt.XmlForm;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DiskCopy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes up what libvirt is asked for in an attempt. */
final class CallRequest {
  private final Role role;

  CallRequest(Role role) {
    this.role = role;
  }

  /**
   * The request, with what libvirt shows of the domain now; the copy is marked in both of its
   * definitions.
   *
   * @param address where the data stream goes; empty: libvirt's choice
   */
  MigrationRequest makeUp(String address, boolean leftPaused) {
    var hypervisor = role.host.hypervisor();
    var transport = role.host.transport();
    var uuid = role.instanceUUID;
    var domain =
        hypervisor
            .domain(uuid)
            .orElseThrow(() -> HypervisorException.noAnswer("the domain has gone"));
    var convergence = role.migration.getSpec().convergenceOrDefault();
    var addresses = listenAddresses();
    return new MigrationRequest(
            uuid,
            transport.uri(role.destination()),
            dataUri(address),
            xml(XmlForm.Live, addresses),
            domain.persistent() ? xml(XmlForm.Persistent, addresses) : "",
            transport.dataEncrypted(),
            leftPaused)
        .withConvergence(convergence)
        .withCopiedDisks(copies());
  }

  /** A definition of the copy: with the attempt's mark, and with the destination's addresses. */
  private String xml(XmlForm form, Map<String, String> addresses) {
    var xml = role.host.hypervisor().migratableXml(role.instanceUUID, form);
    return AttemptMark.put(ListenXml.replace(xml, addresses), role.attemptUID);
  }

  /** The destination's own in the place of this host's. */
  private Map<String, String> listenAddresses() {
    var source = role.status().source();
    var needs = source == null ? null : source.needs();
    var destination = role.status().destination();
    var here = new HashMap<String, String>();
    if (destination != null) {
      destination.listenAddresses().forEach(told -> here.put(told.address(), told.here()));
    }
    if (needs != null) {
      for (var need : needs.listenAddresses()) {
        if (need.subnet() != null && !here.containsKey(need.address())) {
          throw HypervisorException.noAnswer(
              "the destination has named no address in the place of " + need.address());
        }
      }
    }
    return here;
  }

  /** The disks for which the destination has made images. */
  private List<String> copies() {
    var destination = role.status().destination();
    if (destination == null || !destination.hasToPrepare()) {
      return List.of();
    }
    if (destination.state() != DestinationState.Prepared) {
      throw HypervisorException.noAnswer("the destination has not made what the instance needs");
    }
    return destination.copies().stream().map(DiskCopy::target).toList();
  }

  private static String dataUri(String address) {
    if (address.isEmpty()) {
      return "";
    }
    return address.contains(":") && !address.startsWith("[")
        ? "tcp://[" + address + "]"
        : "tcp://" + address;
  }
}
