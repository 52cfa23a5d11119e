package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.FerrymanApi;
import java.io.StringReader;
import java.io.StringWriter;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

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
    try {
      var document =
          secureFactory().newDocumentBuilder().parse(new InputSource(new StringReader(domainXml)));
      var domain = document.getDocumentElement();
      var metadata = child(domain, null, "metadata");
      if (metadata == null) {
        metadata = document.createElement("metadata");
        domain.appendChild(metadata);
      }
      var earlier = child(metadata, FerrymanApi.ATTEMPT_NAMESPACE, "attempt");
      if (earlier != null) {
        metadata.removeChild(earlier);
      }
      var mark = document.createElementNS(FerrymanApi.ATTEMPT_NAMESPACE, "ferrymanattempt:attempt");
      mark.setAttribute("uid", attemptUID);
      metadata.appendChild(mark);
      var transformers = TransformerFactory.newInstance();
      transformers.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      var transformer = transformers.newTransformer();
      transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
      var marked = new StringWriter();
      transformer.transform(new DOMSource(document), new StreamResult(marked));
      return marked.toString();
    } catch (ParserConfigurationException
        | SAXException
        | java.io.IOException
        | TransformerException e) {
      throw HypervisorException.noAnswer("libvirt's domain XML cannot be used: " + e.getMessage());
    }
  }

  private static DocumentBuilderFactory secureFactory() throws ParserConfigurationException {
    var factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    factory.setExpandEntityReferences(false);
    return factory;
  }

  private static @Nullable Element child(Element parent, @Nullable String namespace, String name) {
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element
          && name.equals(element.getLocalName())
          && (namespace == null || namespace.equals(element.getNamespaceURI()))) {
        return element;
      }
    }
    return null;
  }
}
