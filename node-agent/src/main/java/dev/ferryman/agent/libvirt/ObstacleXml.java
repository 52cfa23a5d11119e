package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.DeviceXml.descendants;
import static dev.ferryman.agent.libvirt.DeviceXml.devices;
import static dev.ferryman.agent.libvirt.SafeXml.attribute;
import static dev.ferryman.agent.libvirt.SafeXml.child;
import static dev.ferryman.agent.libvirt.SafeXml.children;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.w3c.dom.Element;

/**
 * What libvirt refuses to migrate, as far as the XML of a running domain shows it (libvirt 9.0:
 * qemuMigrationSrcIsAllowed and qemuMigrationSrcIsAllowedHostdev). Of devices passed through, also
 * those that libvirt lets go where QEMU itself minds them not: what has the same name at the
 * destination is another device.
 */
final class ObstacleXml {
  private static final Set<String> ON = Set.of("require", "force");

  private ObstacleXml() {}

  static List<String> read(Element domain) {
    var found = new ArrayList<String>();
    for (var disk : devices(domain, "disk")) {
      disk(disk, found);
    }
    for (var nic : devices(domain, "interface")) {
      nic(nic, found);
    }
    for (var device : devices(domain, "hostdev")) {
      var usb = attribute(device, "type").filter("usb"::equals).isPresent();
      if (!usb && !isUnpluggedForTheMove(device)) {
        found.add(name(device) + ": a device of the host is passed through to the guest");
      }
    }
    for (var share : devices(domain, "filesystem")) {
      if (child(share, "driver").flatMap(driver -> attribute(driver, "type")).stream()
          .anyMatch("virtiofs"::equals)) {
        found.add(name(share) + ": a virtiofs share");
      }
    }
    for (var memory : devices(domain, "memory")) {
      var dimm = attribute(memory, "model").filter("dimm"::equals).isPresent();
      if (dimm && child(memory, "address").flatMap(at -> attribute(at, "slot")).isEmpty()) {
        found.add(name(memory) + ": a DIMM without a slot");
      }
    }
    for (var memory : devices(domain, "shmem")) {
      if (attribute(memory, "role").stream().noneMatch("master"::equals)) {
        found.add(
            "shmem "
                + attribute(memory, "name").orElse("?")
                + ": its role is not that of a master");
      }
    }
    if (hasUnscaledInvtsc(domain)) {
      found.add("CPU feature invtsc: the clock's timer tsc has no frequency");
    }
    return found;
  }

  private static void disk(Element disk, List<String> found) {
    var target = child(disk, "target").flatMap(at -> attribute(at, "dev")).orElse("?");
    if (child(disk, "transient").isPresent()) {
      found.add("disk " + target + ": it is transient");
    }
    child(disk, "mirror")
        .ifPresent(
            mirror ->
                found.add(
                    blockJob(
                        target, attribute(mirror, "job").map(job -> " (" + job + ")").orElse(""))));
  }

  static String blockJob(String target, String kind) {
    return "disk " + target + ": a block job is active" + kind;
  }

  private static void nic(Element nic, List<String> found) {
    var type = attribute(nic, "type").orElse("");
    if (type.equals("vdpa")) {
      found.add(name(nic) + ": a vDPA device");
    }
    if (type.equals("hostdev") && !isUnpluggedForTheMove(nic)) {
      found.add(name(nic) + ": a network device of the host is passed through to the guest");
    }
  }

  /** libvirt takes it off before the move and gives the guest another one after it. */
  private static boolean isUnpluggedForTheMove(Element device) {
    return child(device, "teaming").flatMap(teaming -> attribute(teaming, "type")).stream()
        .anyMatch("transient"::equals);
  }

  private static boolean hasUnscaledInvtsc(Element domain) {
    var invtsc =
        child(domain, "cpu").stream()
            .flatMap(cpu -> children(cpu, "feature").stream())
            .filter(feature -> attribute(feature, "name").stream().anyMatch("invtsc"::equals))
            .anyMatch(feature -> ON.contains(attribute(feature, "policy").orElse("require")));
    return invtsc
        && child(domain, "clock").stream()
            .flatMap(clock -> children(clock, "timer").stream())
            .filter(timer -> attribute(timer, "name").stream().anyMatch("tsc"::equals))
            .noneMatch(timer -> attribute(timer, "frequency").isPresent());
  }

  /** libvirt's alias of the device, e.g. hostdev0, else what kind of device it is. */
  private static String name(Element device) {
    return descendants(device, "alias").stream()
        .flatMap(alias -> attribute(alias, "name").stream())
        .findFirst()
        .orElse(device.getTagName());
  }
}
