package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.LibvirtX.LIBVIRT;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.livemigration.ListenNeed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.virDomainBlockJobInfo;
import org.w3c.dom.Element;

/** Reads what decides whether a domain can move. */
final class MoveReader {
  private MoveReader() {}

  /** What the domain is judged by of its host. */
  record Surroundings(
      Supplier<String> capabilities,
      Function<String, Optional<String>> filterXml,
      Function<String, Optional<String>> subnetOf) {}

  static MoveFacts read(DomainPointer domain, Surroundings host) {
    var xml = SafeXml.parse("domain", DomainReader.xml(domain, 0));
    var snapshots =
        LastError.check(LIBVIRT.virDomainSnapshotNum(domain, 0), "virDomainSnapshotNum");
    return facts(xml, carried(domain), snapshots, blockJobs(domain, xml), host);
  }

  /** Not what libvirt's own settings have filled in: the destination's do so there. */
  private static List<Element> carried(DomainPointer domain) {
    var persistent =
        LastError.check(LIBVIRT.virDomainIsPersistent(domain), "virDomainIsPersistent");
    return Stream.of(
            DomainReader.XML_MIGRATABLE, DomainReader.XML_MIGRATABLE | DomainReader.XML_INACTIVE)
        .limit(persistent == 1 ? 2 : 1)
        .map(flags -> SafeXml.parse("domain", DomainReader.xml(domain, flags)))
        .toList();
  }

  /**
   * @param domain as it runs
   * @param carried as it is given to a destination, and the definition that is left there
   * @param blockJobs targets of the disks on which libvirt knows a job
   */
  static MoveFacts facts(
      Element domain,
      List<Element> carried,
      int snapshots,
      List<String> blockJobs,
      Surroundings host) {
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
        CpuXml.read(domain, host.capabilities()),
        Stream.concat(
                DeviceXml.networks(domain).stream(),
                carried.stream().flatMap(ListenXml::networks).map(DeviceXml::libvirtNetwork))
            .distinct()
            .toList(),
        FilterXml.closure(DeviceXml.filters(domain), host.filterXml()),
        DeviceXml.secrets(domain),
        DeviceXml.storagePools(domain),
        carried.stream()
            .flatMap(xml -> ListenXml.listens(xml).stream())
            .distinct()
            .map(listen -> need(listen, host))
            .toList(),
        carried.stream().flatMap(xml -> HostFilesXml.made(xml).stream()).distinct().toList(),
        carried.stream().flatMap(xml -> HostFilesXml.opened(xml).stream()).distinct().toList());
  }

  private static ListenNeed need(ListenXml.Listen listen, Surroundings host) {
    return new ListenNeed(
        Bounds.cut(listen.device(), Bounds.WORD),
        Bounds.cut(listen.address(), Bounds.NAME),
        ListenXml.isEverywhere(listen.address())
            ? null
            : host.subnetOf().apply(listen.address()).orElse(null),
        listen.port(),
        listen.udp() ? true : null);
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
