package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.SafeXml.attribute;
import static dev.ferryman.agent.libvirt.SafeXml.child;
import static dev.ferryman.agent.libvirt.SafeXml.children;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.livemigration.CpuNeed;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/** Reads which CPU a running domain sees (libvirt: formatdomain, CPU model and topology). */
final class CpuXml {
  /** How many there are and what lies near to what is no matter of the host's CPU. */
  private static final Set<String> NO_PART_OF_THE_MODEL =
      Set.of("topology", "numa", "cache", "maxphysaddr");

  private static final String PASSED_THROUGH = "host-passthrough";

  private CpuXml() {}

  /**
   * @param capabilities of the host; asked for if its CPU is passed through
   * @return null if the guest sees the machine type's own, or a CPU whose XML is too long
   */
  static @Nullable CpuNeed read(Element domain, Supplier<String> capabilities) {
    var cpu = child(domain, "cpu").orElse(null);
    if (cpu == null) {
      return null;
    }
    var mode = attribute(cpu, "mode").orElse("custom");
    var seen = mode.equals(PASSED_THROUGH) ? hostCpu(capabilities.get()) : cpu;
    if (seen == null || (mode.equals("custom") && child(seen, "model").isEmpty())) {
      return null;
    }
    var enforced = attribute(cpu, "check").stream().noneMatch("none"::equals);
    var xml = modelOf(seen);
    return xml.length() > Bounds.CPU_XML
        ? null
        : new CpuNeed(Bounds.cut(mode, Bounds.WORD), mode.equals(PASSED_THROUGH) || enforced, xml);
  }

  private static @Nullable Element hostCpu(String capabilities) {
    return child(SafeXml.parse("capabilities", capabilities), "host")
        .flatMap(host -> child(host, "cpu"))
        .orElse(null);
  }

  private static String modelOf(Element cpu) {
    var copy = (Element) cpu.cloneNode(true);
    NO_PART_OF_THE_MODEL.stream()
        .flatMap(name -> children(copy, name).stream())
        .forEach(copy::removeChild);
    return CanonicalXml.of(copy);
  }
}
