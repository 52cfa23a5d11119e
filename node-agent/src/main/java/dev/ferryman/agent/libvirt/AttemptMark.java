package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.FerrymanApi;
import org.w3c.dom.Element;

/**
 * The metadata element by which a copy shows, from its first moment, the attempt that made it. The
 * source keeps its own XML, so that the two can never be mixed up.
 */
public final class AttemptMark {
  private AttemptMark() {}

  /**
   * The domain's XML with the attempt's mark in place of any earlier one.
   *
   * @throws HypervisorException if it is not XML
   */
  public static String put(String domainXml, String attemptUID) {
    var domain = SafeXml.parse("domain", domainXml);
    var metadata = SafeXml.child(domain, "metadata").orElseGet(() -> append(domain, "metadata"));
    SafeXml.children(metadata, FerrymanApi.ATTEMPT_NAMESPACE::equals, "attempt")
        .forEach(metadata::removeChild);
    var mark =
        domain
            .getOwnerDocument()
            .createElementNS(FerrymanApi.ATTEMPT_NAMESPACE, "ferrymanattempt:attempt");
    mark.setAttribute("uid", attemptUID);
    metadata.appendChild(mark);
    return SafeXml.write(domain);
  }

  private static Element append(Element parent, String name) {
    var child = parent.getOwnerDocument().createElement(name);
    parent.appendChild(child);
    return child;
  }
}
