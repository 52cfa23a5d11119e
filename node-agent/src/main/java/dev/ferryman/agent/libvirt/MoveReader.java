package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.LibvirtX.LIBVIRT;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.virDomainBlockJobInfo;
import org.w3c.dom.Element;

/** Reads what decides whether a domain can move. */
final class MoveReader {
  private MoveReader() {}

  static MoveFacts read(
      DomainPointer domain,
      Supplier<String> capabilities,
      Function<String, Optional<String>> filterXml) {
    var xml = SafeXml.parse("domain", DomainReader.xml(domain, 0));
    var snapshots =
        LastError.check(LIBVIRT.virDomainSnapshotNum(domain, 0), "virDomainSnapshotNum");
    return facts(xml, snapshots, blockJobs(domain, xml), capabilities, filterXml);
  }

  /**
   * @param blockJobs targets of the disks on which libvirt knows a job
   */
  static MoveFacts facts(
      Element domain,
      int snapshots,
      List<String> blockJobs,
      Supplier<String> capabilities,
      Function<String, Optional<String>> filterXml) {
    var obstacles = new ArrayList<>(ObstacleXml.read(domain));
    if (snapshots > 0) {
      obstacles.add(0, "it has " + snapshots + (snapshots == 1 ? " snapshot" : " snapshots"));
    }
    for (var target : blockJobs) {
      var seen = ObstacleXml.blockJob(target, "");
      if (obstacles.stream().noneMatch(obstacle -> obstacle.startsWith(seen))) {
        obstacles.add(seen);
      }
    }
    return new MoveFacts(
        List.copyOf(obstacles),
        CpuXml.read(domain, capabilities),
        DeviceXml.networks(domain),
        FilterXml.closure(DeviceXml.filters(domain), filterXml),
        DeviceXml.secrets(domain),
        DeviceXml.storagePools(domain));
  }

  /** The XML shows copies alone, not what pulls an image or commits it. */
  private static List<String> blockJobs(DomainPointer domain, Element xml) {
    return DeviceXml.devices(xml, "disk").stream()
        .filter(disk -> SafeXml.child(disk, "source").isPresent())
        .flatMap(disk -> SafeXml.child(disk, "target").stream())
        .flatMap(target -> SafeXml.attribute(target, "dev").stream())
        .filter(
            target ->
                LastError.check(
                        LIBVIRT.virDomainGetBlockJobInfo(
                            domain, target, new virDomainBlockJobInfo(), 0),
                        "virDomainGetBlockJobInfo")
                    > 0)
        .toList();
  }
}
