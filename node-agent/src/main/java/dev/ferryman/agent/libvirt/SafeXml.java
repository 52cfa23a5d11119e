package dev.ferryman.agent.libvirt;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Element;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Parses XML that comes from elsewhere: no DTD, no entities of its own, nothing loaded, bounded in
 * size and depth.
 */
final class SafeXml {
  /** libvirt's own bound of a string (REMOTE_STRING_MAX). */
  static final int MAX_CHARACTERS = 4 * 1024 * 1024;

  /** libvirt nests chains of disk images, at most 200 deep. */
  private static final String MAX_DEPTH = "1000";

  private SafeXml() {}

  /**
   * @param what names the text in the exception's message
   * @throws HypervisorException if the text is not such XML
   */
  static Element parse(String what, String xml) {
    if (xml.length() > MAX_CHARACTERS) {
      throw HypervisorException.noAnswer(
          what
              + ": the XML has "
              + xml.length()
              + " characters, more than the "
              + MAX_CHARACTERS
              + " that are read");
    }
    try {
      return builder().parse(new InputSource(new StringReader(xml))).getDocumentElement();
    } catch (SAXException | IOException | ParserConfigurationException e) {
      throw HypervisorException.noAnswer(what + ": the XML is refused: " + e.getMessage());
    }
  }

  /** The element's text, without a declaration. */
  static String write(Element element) {
    try {
      var transformers = TransformerFactory.newDefaultInstance();
      transformers.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      var transformer = transformers.newTransformer();
      transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
      var text = new StringWriter();
      transformer.transform(new DOMSource(element), new StreamResult(text));
      return text.toString();
    } catch (TransformerException e) {
      throw HypervisorException.noAnswer(
          element.getTagName() + ": the XML cannot be written: " + e.getMessage());
    }
  }

  private static DocumentBuilder builder() throws ParserConfigurationException {
    var factory = DocumentBuilderFactory.newDefaultInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
    factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
    factory.setAttribute("http://www.oracle.com/xml/jaxp/properties/maxElementDepth", MAX_DEPTH);
    factory.setXIncludeAware(false);
    factory.setExpandEntityReferences(false);
    factory.setNamespaceAware(true);
    var builder = factory.newDocumentBuilder();
    builder.setErrorHandler(REFUSE);
    return builder;
  }

  /** The default one prints to stderr. */
  private static final ErrorHandler REFUSE =
      new ErrorHandler() {
        @Override
        public void warning(SAXParseException e) {}

        @Override
        public void error(SAXParseException e) throws SAXException {
          throw e;
        }

        @Override
        public void fatalError(SAXParseException e) throws SAXException {
          throw e;
        }
      };

  /** The element's children of that name, in libvirt's own vocabulary (no namespace). */
  static List<Element> children(Element parent, String name) {
    return children(parent, String::isEmpty, name);
  }

  /**
   * @param namespace which namespaces count; none is the empty one
   */
  static List<Element> children(Element parent, Predicate<String> namespace, String name) {
    var found = new ArrayList<Element>();
    for (var node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element
          && name.equals(element.getLocalName())
          && namespace.test(namespaceOf(element))) {
        found.add(element);
      }
    }
    return found;
  }

  private static String namespaceOf(Element element) {
    var namespace = element.getNamespaceURI();
    return namespace == null ? "" : namespace;
  }

  static Optional<Element> child(Element parent, String name) {
    return children(parent, name).stream().findFirst();
  }

  static Optional<Element> child(Element parent, Predicate<String> namespace, String name) {
    return children(parent, namespace, name).stream().findFirst();
  }

  /** The element's own text, blanks around it removed; empty if there is none. */
  static Optional<String> text(Element element) {
    var text = element.getTextContent();
    return text == null || text.isBlank() ? Optional.empty() : Optional.of(text.strip());
  }

  static Optional<String> attribute(Element element, String name) {
    var value = element.getAttribute(name);
    return value.isBlank() ? Optional.empty() : Optional.of(value);
  }
}
