package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.DeviceXml.characterDevices;
import static dev.ferryman.agent.libvirt.DeviceXml.descendants;
import static dev.ferryman.agent.libvirt.DeviceXml.devices;
import static dev.ferryman.agent.libvirt.DeviceXml.lineType;
import static dev.ferryman.agent.libvirt.DeviceXml.name;
import static dev.ferryman.agent.libvirt.SafeXml.attribute;
import static dev.ferryman.agent.libvirt.SafeXml.children;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/**
 * Where a domain's devices listen, which libvirt carries from host to host as it stands.
 *
 * <ul>
 *   <li>A wildcard or a loopback address is there on every host and stays.
 *   <li>An address of the source's own becomes the destination's own in the same subnet, so that a
 *       console is neither lost nor shown in another network than before. (Nova has each host's
 *       address in a setting, oVirt names the display network; both rewrite the XML.)
 *   <li>Any other address stays, if the destination can listen on it.
 *   <li>An address that libvirt finds by the name of one of its networks is found anew at the
 *       destination, which needs that network.
 *   <li>A port that is fixed stays, and has to be free; libvirt's own choice is made anew.
 * </ul>
 *
 * Left out are those of other protocols than IP ({@link HostFilesXml}).
 */
public final class ListenXml {
  private static final Set<String> EVERYWHERE = Set.of("0.0.0.0", "::", "::1", "localhost");

  private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");
  private static final int LAST_PORT = 65535;

  private ListenXml() {}

  /**
   * An address, and the device that listens on it: graphics vnc, serial tcp.
   *
   * @param port null: libvirt's choice
   */
  record Listen(String device, String address, @Nullable Integer port, boolean udp) {}

  /** The addresses that are not the same on every host, and the ports that are fixed. */
  static List<Listen> listens(Element domain) {
    return listeners(domain).stream()
        .flatMap(ListenXml::listens)
        .filter(listen -> listen.port() != null || !isEverywhere(listen.address()))
        .distinct()
        .toList();
  }

  private static Stream<Listen> listens(Listener at) {
    var address = attribute(at.holder(), at.attribute()).orElse(at.otherwise());
    return at.ports().isEmpty()
        ? Stream.of(new Listen(at.device(), address, null, at.udp()))
        : at.ports().stream().map(port -> new Listen(at.device(), address, port, at.udp()));
  }

  /** Whether each host has it. */
  static boolean isEverywhere(String address) {
    return address.startsWith("127.") || EVERYWHERE.contains(address);
  }

  /**
   * Where in the XML an address stands.
   *
   * @param otherwise the address if it does not
   * @param ports those that are fixed
   */
  private record Listener(
      String device,
      Element holder,
      String attribute,
      String otherwise,
      List<Integer> ports,
      boolean udp) {}

  private static List<Listener> listeners(Element domain) {
    var found = new ArrayList<Listener>();
    for (var graphics : devices(domain, "graphics")) {
      var ports = ports(graphics);
      var listens = children(graphics, "listen");
      // What stands in the graphics element, if it does, repeats the first of these, of whatever
      // type.
      if (listens.isEmpty() || (isAddress(listens.get(0)) && graphics.hasAttribute("listen"))) {
        found.add(screen(graphics, graphics, "listen", ports));
      }
      listens.stream()
          .filter(ListenXml::isAddress)
          .forEach(listen -> found.add(screen(graphics, listen, "address", ports)));
    }
    for (var device : characterDevices(domain)) {
      descendants(device, "source").stream()
          .filter(source -> attribute(source, "mode").filter("bind"::equals).isPresent())
          .forEach(source -> found.add(line(device, source)));
    }
    return found;
  }

  /** libvirt's settings give an address where the XML has none, by default this. */
  private static Listener screen(
      Element graphics, Element holder, String attribute, List<Integer> ports) {
    return new Listener(name(graphics), holder, attribute, "127.0.0.1", ports, false);
  }

  private static Listener line(Element device, Element source) {
    var udp = lineType(source).equals("udp");
    var ports = port(source, "service").stream().toList();
    return new Listener(name(device), source, "host", "0.0.0.0", ports, udp);
  }

  /**
   * The ports that libvirt does not choose itself: its own choices are made anew at the
   * destination, also where the XML of a running domain shows them.
   */
  private static List<Integer> ports(Element graphics) {
    var automatic = attribute(graphics, "autoport").filter("yes"::equals).isPresent();
    return Stream.of("port", "tlsPort", "websocket")
        .filter(name -> !automatic || name.equals("websocket"))
        .flatMap(name -> port(graphics, name).stream())
        .toList();
  }

  /** A port by its number; one of -1 or 0 is libvirt's choice. */
  private static Optional<Integer> port(Element element, String name) {
    return attribute(element, name)
        .filter(text -> PORT.matcher(text).matches())
        .map(Integer::parseInt)
        .filter(port -> port <= LAST_PORT);
  }

  private static boolean isAddress(Element listen) {
    return attribute(listen, "type").filter("address"::equals).isPresent();
  }

  /** libvirt's networks by which graphics find the address to listen on. */
  static Stream<String> networks(Element domain) {
    return devices(domain, "graphics").stream()
        .flatMap(graphics -> children(graphics, "listen").stream())
        .filter(listen -> attribute(listen, "type").filter("network"::equals).isPresent())
        .flatMap(listen -> attribute(listen, "network").stream());
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
