package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.SafeXml.attribute;
import static dev.ferryman.agent.libvirt.SafeXml.child;
import static dev.ferryman.agent.libvirt.SafeXml.children;
import static dev.ferryman.agent.libvirt.SafeXml.text;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.FerrymanApi;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/** Reads a domain's XML (libvirt: formatdomain). */
final class DomainXml {
  /** Nova writes 1.0 or 1.1 behind it, by release. */
  private static final Predicate<String> NOVA =
      namespace -> namespace.startsWith("http://openstack.org/xmlns/libvirt/nova/");

  private static final Predicate<String> INSTANCE = FerrymanApi.INSTANCE_NAMESPACE::equals;
  private static final Predicate<String> ATTEMPT = FerrymanApi.ATTEMPT_NAMESPACE::equals;

  private static final long KIBIBYTE = 1L << 10;

  private DomainXml() {}

  /**
   * @throws HypervisorException if the XML is refused or is no domain's
   */
  static DomainDefinition read(String xml) {
    var domain = SafeXml.parse("domain", xml);
    if (!"domain".equals(domain.getTagName())) {
      throw HypervisorException.noAnswer(
          "domain: the XML's root is '" + domain.getTagName() + "', not 'domain'");
    }
    var type = child(domain, "os").flatMap(os -> child(os, "type"));
    var metadata = child(domain, "metadata");
    long memoryKiB = child(domain, "memory").map(DomainXml::kibibytes).orElse(0L);
    return new DomainDefinition(
        word(attribute(domain, "type")),
        word(type.flatMap(element -> attribute(element, "arch"))),
        word(type.flatMap(element -> attribute(element, "machine"))),
        child(domain, "vcpu").flatMap(SafeXml::text).map(DomainXml::count).orElse(1),
        (memoryKiB + 1023) / 1024,
        HugePagesXml.read(domain, memoryKiB),
        DiskXml.read(domain),
        metadata.flatMap(DomainXml::project).orElse(null),
        metadata.map(DomainXml::addresses).orElse(List.of()),
        metadata.flatMap(DomainXml::attemptMark).orElse(null),
        null);
  }

  /**
   * The same, but what cannot be read is a definition that says so: one domain with a monstrous XML
   * must not hide the others.
   *
   * @param xml asks libvirt, whose reply is bounded, too
   * @throws HypervisorException if there is no such domain any more
   */
  static DomainDefinition readIfPossible(Supplier<String> xml) {
    try {
      return read(xml.get());
    } catch (HypervisorException e) {
      if (e.code() == Connection.NO_DOMAIN) {
        throw e;
      }
      return DomainDefinition.unreadable(String.valueOf(e.getMessage()));
    }
  }

  private static String word(Optional<String> value) {
    return Bounds.cut(value.orElse(""), Bounds.WORD);
  }

  static int count(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw HypervisorException.noAnswer("domain: '" + Bounds.cut(text, 64) + "' is no count");
    }
  }

  private static long kibibytes(Element memory) {
    return kibibytes(text(memory).orElse("0"), attribute(memory, "unit").orElse("KiB"));
  }

  /** Rounded up; libvirt writes KiB, but any unit of its documentation may stand there. */
  static long kibibytes(String number, String unit) {
    try {
      var bytes = Math.multiplyExact(Long.parseLong(number), bytesPer(unit));
      return Math.addExact(bytes, KIBIBYTE - 1) / KIBIBYTE;
    } catch (NumberFormatException | ArithmeticException e) {
      throw HypervisorException.noAnswer(
          "domain: '" + Bounds.cut(number, 64) + "' is no amount of memory");
    }
  }

  private static long bytesPer(String unit) {
    return switch (unit) {
      case "b", "bytes" -> 1;
      case "KB" -> 1_000L;
      case "k", "KiB" -> 1L << 10;
      case "MB" -> 1_000_000L;
      case "M", "MiB" -> 1L << 20;
      case "GB" -> 1_000_000_000L;
      case "G", "GiB" -> 1L << 30;
      case "TB" -> 1_000_000_000_000L;
      case "T", "TiB" -> 1L << 40;
      default ->
          throw HypervisorException.noAnswer(
              "domain: '" + Bounds.cut(unit, 64) + "' is no unit of memory");
    };
  }

  private static Optional<String> attemptMark(Element metadata) {
    return child(metadata, ATTEMPT, "attempt")
        .flatMap(mark -> attribute(mark, "uid"))
        .map(uid -> Bounds.cut(uid, Bounds.ATTEMPT_UID));
  }

  private static Optional<String> project(Element metadata) {
    var own =
        child(metadata, INSTANCE, "instance")
            .flatMap(instance -> child(instance, INSTANCE, "project"))
            .flatMap(SafeXml::text);
    return own.or(() -> novaProject(metadata)).map(project -> Bounds.cut(project, Bounds.NAME));
  }

  private static Optional<String> novaProject(Element metadata) {
    return nova(metadata)
        .flatMap(instance -> child(instance, NOVA, "owner"))
        .flatMap(owner -> child(owner, NOVA, "project"))
        .flatMap(project -> text(project).or(() -> attribute(project, "uuid")));
  }

  private static Optional<Element> nova(Element metadata) {
    return child(metadata, NOVA, "instance");
  }

  private static List<String> addresses(Element metadata) {
    var own =
        child(metadata, INSTANCE, "instance").stream()
            .flatMap(instance -> children(instance, INSTANCE, "address").stream())
            .flatMap(address -> text(address).stream());
    return Stream.concat(own, novaAddresses(metadata))
        .map(address -> Bounds.cut(address.toLowerCase(Locale.ROOT), Bounds.WORD))
        .distinct()
        .limit(Bounds.ADDRESSES)
        .toList();
  }

  private static Stream<String> novaAddresses(Element metadata) {
    return nova(metadata).flatMap(instance -> child(instance, NOVA, "ports")).stream()
        .flatMap(ports -> children(ports, NOVA, "port").stream())
        .flatMap(port -> children(port, NOVA, "ip").stream())
        .flatMap(ip -> attribute(ip, "address").stream());
  }
}
