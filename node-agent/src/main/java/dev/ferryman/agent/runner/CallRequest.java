package dev.ferryman.agent.runner;

import dev.ferryman.agent.libvirt.AttemptMark;
import dev.ferryman.agent.libvirt.HypervisorException;
import dev.ferryman.agent.libvirt.MigrationRequest;
import dev.ferryman.agent.libvirt.XmlForm;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DiskCopy;
import java.util.List;

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
    return new MigrationRequest(
            uuid,
            transport.uri(role.destination()),
            dataUri(address),
            AttemptMark.put(hypervisor.migratableXml(uuid, XmlForm.Live), role.attemptUID),
            domain.persistent()
                ? AttemptMark.put(
                    hypervisor.migratableXml(uuid, XmlForm.Persistent), role.attemptUID)
                : "",
            transport.dataEncrypted(),
            leftPaused)
        .withConvergence(convergence)
        .withCopiedDisks(copies());
  }

  /** The disks for which the destination has made images. */
  private List<String> copies() {
    var destination = role.status().destination();
    if (destination == null || destination.copies().isEmpty()) {
      return List.of();
    }
    if (destination.state() != DestinationState.Prepared) {
      throw HypervisorException.noAnswer("the destination has not made the images of its disks");
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
