package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.SafeXml.attribute;
import static dev.ferryman.agent.libvirt.SafeXml.child;
import static dev.ferryman.agent.libvirt.SafeXml.children;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.livemigration.NetworkKind;
import dev.ferryman.crds.livemigration.NetworkNeed;
import dev.ferryman.crds.livemigration.SecretNeed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/** Reads what a domain's devices need of their host (libvirt: formatdomain). */
final class DeviceXml {
  private static final List<String> CHARACTER_DEVICES =
      List.of("channel", "console", "parallel", "redirdev", "rng", "serial", "smartcard");

  private DeviceXml() {}

  static List<Element> devices(Element domain, String name) {
    return child(domain, "devices").map(devices -> children(devices, name)).orElse(List.of());
  }

  /** The devices that may be an end of a line: a socket, a file, a terminal, ... */
  static List<Element> characterDevices(Element domain) {
    return CHARACTER_DEVICES.stream().flatMap(name -> devices(domain, name).stream()).toList();
  }

  /** The device's name for people: graphics vnc, serial tcp. */
  static String name(Element device) {
    return device.getTagName() + attribute(device, "type").map(type -> " " + type).orElse("");
  }

  /** What kind of line a character device's source is the end of: tcp, unix, dev, ... */
  static String lineType(Element source) {
    return source.getParentNode() instanceof Element parent
        ? attribute(parent, "type").orElse("")
        : "";
  }

  /** The networks that the interfaces are attached to; those that QEMU serves itself need none. */
  static List<NetworkNeed> networks(Element domain) {
    return devices(domain, "interface").stream()
        .flatMap(nic -> network(nic).stream())
        .distinct()
        .toList();
  }

  private static Optional<NetworkNeed> network(Element nic) {
    var source = child(nic, "source");
    // Of a running guest libvirt shows what the network is made of here, e.g. a bridge; the network
    // itself is what it asks for at the destination.
    var network = need(NetworkKind.Network, source, "network");
    if (network.isPresent()) {
      return network;
    }
    return switch (attribute(nic, "type").orElse("")) {
      case "bridge" -> need(NetworkKind.Interface, source, "bridge");
      case "direct" -> need(NetworkKind.Interface, source, "dev");
      default -> Optional.empty();
    };
  }

  private static Optional<NetworkNeed> need(
      NetworkKind kind, Optional<Element> source, String name) {
    return source
        .flatMap(element -> attribute(element, name))
        .map(found -> new NetworkNeed(kind, Bounds.cut(found, Bounds.NAME)));
  }

  /** One of libvirt's own networks. */
  static NetworkNeed libvirtNetwork(String name) {
    return new NetworkNeed(NetworkKind.Network, Bounds.cut(name, Bounds.NAME));
  }

  /** The network filters that the interfaces name. */
  static List<String> filters(Element domain) {
    return devices(domain, "interface").stream()
        .flatMap(nic -> children(nic, "filterref").stream())
        .flatMap(reference -> attribute(reference, "filter").stream())
        .distinct()
        .toList();
  }

  /** The storage pools that disks name. */
  static List<String> storagePools(Element domain) {
    return devices(domain, "disk").stream()
        .flatMap(disk -> descendants(disk, "source").stream())
        .flatMap(source -> attribute(source, "pool").stream())
        .distinct()
        .toList();
  }

  /** The secrets that disks and TPMs name. */
  static List<SecretNeed> secrets(Element domain) {
    var named =
        devices(domain, "disk").stream()
            .flatMap(disk -> descendants(disk, "secret").stream())
            .map(
                secret ->
                    secret(
                        attribute(secret, "uuid"),
                        attribute(secret, "type").map(DeviceXml::usageType),
                        attribute(secret, "usage")));
    var tpm =
        devices(domain, "tpm").stream()
            .flatMap(device -> descendants(device, "encryption").stream())
            .flatMap(encryption -> attribute(encryption, "secret").stream())
            .map(uuid -> secret(Optional.of(uuid), Optional.of("vtpm"), Optional.empty()));
    return Stream.concat(named, tpm)
        .filter(need -> need.uuid() != null || need.usage() != null)
        .distinct()
        .toList();
  }

  /** A disk's passphrase is a secret of the usage type volume. */
  private static String usageType(String type) {
    return "passphrase".equals(type) ? "volume" : type;
  }

  private static SecretNeed secret(
      Optional<String> uuid, Optional<String> type, Optional<String> usage) {
    return new SecretNeed(
        uuid.map(value -> Bounds.cut(value, Bounds.UUID)).orElse(null),
        type.map(value -> Bounds.cut(value, Bounds.WORD)).orElse(null),
        usage.map(value -> Bounds.cut(value, Bounds.NAME)).orElse(null));
  }

  /** Elements of that name at any depth. */
  static List<Element> descendants(Element parent, String name) {
    var found = new ArrayList<Element>();
    var nodes = parent.getElementsByTagName(name);
    for (var i = 0; i < nodes.getLength(); i++) {
      found.add((Element) nodes.item(i));
    }
    return found;
  }
}
