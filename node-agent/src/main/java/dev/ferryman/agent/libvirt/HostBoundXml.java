package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.DeviceXml.descendants;
import static dev.ferryman.agent.libvirt.DeviceXml.devices;
import static dev.ferryman.agent.libvirt.SafeXml.attribute;
import static dev.ferryman.agent.libvirt.SafeXml.child;
import static dev.ferryman.agent.libvirt.SafeXml.children;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/**
 * What a domain's XML takes from the host that it runs on, and libvirt carries to the next one as
 * it stands: addresses on which devices listen, and files that they write to.
 *
 * <ul>
 *   <li>A wildcard or a loopback address is there on every host and stays.
 *   <li>An address of the source's own becomes the destination's own in the same subnet, so that a
 *       console is neither lost nor shown in another network than before. (Nova has each host's
 *       address in a setting, oVirt names the display network; both rewrite the XML.)
 *   <li>Any other address stays, if the destination can listen on it.
 *   <li>An address that libvirt finds by the name of one of its networks is found anew at the
 *       destination, which needs that network.
 *   <li>A file stays where it is; its directory has to be there.
 * </ul>
 *
 * Left out are sockets that libvirt names itself, and those of other protocols than IP.
 */
public final class HostBoundXml {
  private static final Set<String> CHARACTER_DEVICES =
      Set.of("serial", "parallel", "console", "channel", "smartcard", "redirdev", "rng");

  private static final Set<String> EVERYWHERE = Set.of("0.0.0.0", "::", "::1", "localhost");

  private HostBoundXml() {}

  /** An address, and the device that listens on it: graphics vnc, serial tcp. */
  record Listen(String device, String address) {}

  /** The addresses that are not the same on every host. */
  static List<Listen> listens(Element domain) {
    return listeners(domain).stream()
        .map(at -> new Listen(at.device(), at.holder().getAttribute(at.attribute())))
        .filter(listen -> !isEverywhere(listen.address()))
        .distinct()
        .toList();
  }

  private static boolean isEverywhere(String address) {
    return address.isBlank() || address.startsWith("127.") || EVERYWHERE.contains(address);
  }

  /** Where in the XML an address stands. */
  private record Listener(String device, Element holder, String attribute) {}

  private static List<Listener> listeners(Element domain) {
    var found = new ArrayList<Listener>();
    for (var graphics : devices(domain, "graphics")) {
      var device = name(graphics);
      var listens = children(graphics, "listen");
      // What stands in the graphics element repeats the first of these, of whatever type.
      if (listens.isEmpty() || isAddress(listens.get(0))) {
        found.add(new Listener(device, graphics, "listen"));
      }
      listens.stream()
          .filter(HostBoundXml::isAddress)
          .forEach(listen -> found.add(new Listener(device, listen, "address")));
    }
    for (var device : characterDevices(domain)) {
      descendants(device, "source").stream()
          .filter(source -> attribute(source, "mode").filter("bind"::equals).isPresent())
          .forEach(source -> found.add(new Listener(name(device), source, "host")));
    }
    return found;
  }

  private static boolean isAddress(Element listen) {
    return attribute(listen, "type").filter("address"::equals).isPresent();
  }

  private static List<Element> characterDevices(Element domain) {
    return CHARACTER_DEVICES.stream()
        .sorted()
        .flatMap(name -> devices(domain, name).stream())
        .toList();
  }

  private static String name(Element device) {
    return device.getTagName() + attribute(device, "type").map(type -> " " + type).orElse("");
  }

  /** libvirt's networks by which graphics find the address to listen on. */
  static Stream<String> networks(Element domain) {
    return devices(domain, "graphics").stream()
        .flatMap(graphics -> children(graphics, "listen").stream())
        .filter(listen -> attribute(listen, "type").filter("network"::equals).isPresent())
        .flatMap(listen -> attribute(listen, "network").stream());
  }

  /** The files that character devices write to. */
  static List<String> logPaths(Element domain) {
    return characterDevices(domain).stream()
        .flatMap(
            device ->
                Stream.concat(
                    outputFile(device).stream(),
                    children(device, "log").stream()
                        .flatMap(log -> attribute(log, "file").stream())))
        .distinct()
        .toList();
  }

  private static Optional<String> outputFile(Element device) {
    return attribute(device, "type").filter("file"::equals).isPresent()
        ? child(device, "source").flatMap(source -> attribute(source, "path"))
        : Optional.empty();
  }

  /**
   * The domain's XML with other addresses to listen on.
   *
   * @param addresses by those that they take the place of
   * @throws HypervisorException if it is not XML
   */
  public static String replace(String domainXml, Map<String, String> addresses) {
    if (addresses.isEmpty()) {
      return domainXml;
    }
    var domain = SafeXml.parse("domain", domainXml);
    for (var at : listeners(domain)) {
      var here = addresses.get(at.holder().getAttribute(at.attribute()));
      if (here != null) {
        at.holder().setAttribute(at.attribute(), here);
      }
    }
    return SafeXml.write(domain);
  }
}
