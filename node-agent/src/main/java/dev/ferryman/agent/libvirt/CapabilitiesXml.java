package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.SafeXml.attribute;
import static dev.ferryman.agent.libvirt.SafeXml.child;
import static dev.ferryman.agent.libvirt.SafeXml.children;
import static dev.ferryman.agent.libvirt.SafeXml.text;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/**
 * What a host can run (libvirt: formatcaps).
 *
 * @param domainTypes for full virtualisation on the host's own architecture; kvm first
 */
record CapabilitiesXml(
    String hostUUID,
    String arch,
    String cpuModel,
    List<String> domainTypes,
    List<String> machineTypes) {

  /**
   * @throws HypervisorException if the XML is refused
   */
  static CapabilitiesXml read(String xml) {
    var capabilities = SafeXml.parse("capabilities", xml);
    var host = child(capabilities, "host");
    var cpu = host.flatMap(element -> child(element, "cpu"));
    var arch = cpu.flatMap(element -> child(element, "arch")).flatMap(SafeXml::text).orElse("");
    var guest = guestArch(capabilities, arch);
    return new CapabilitiesXml(
        host.flatMap(element -> child(element, "uuid")).flatMap(SafeXml::text).orElse(""),
        arch,
        cpu.flatMap(element -> child(element, "model")).flatMap(SafeXml::text).orElse(""),
        guest.map(CapabilitiesXml::domainTypes).orElse(List.of()),
        guest.map(CapabilitiesXml::machineTypes).orElse(List.of()));
  }

  private static Optional<Element> guestArch(Element capabilities, String arch) {
    return children(capabilities, "guest").stream()
        .filter(
            guest ->
                child(guest, "os_type").flatMap(SafeXml::text).filter("hvm"::equals).isPresent())
        .flatMap(guest -> children(guest, "arch").stream())
        .filter(element -> arch.equals(element.getAttribute("name")))
        .findFirst();
  }

  private static List<String> domainTypes(Element arch) {
    return children(arch, "domain").stream()
        .flatMap(domain -> attribute(domain, "type").stream())
        .distinct()
        .sorted((a, b) -> Boolean.compare(b.equals("kvm"), a.equals("kvm")))
        .toList();
  }

  /** A domain type may have machines of its own beside those of the architecture. */
  private static List<String> machineTypes(Element arch) {
    return Stream.concat(Stream.of(arch), children(arch, "domain").stream())
        .flatMap(element -> children(element, "machine").stream())
        .flatMap(
            machine ->
                Stream.concat(text(machine).stream(), attribute(machine, "canonical").stream()))
        .distinct()
        .sorted()
        .toList();
  }
}
