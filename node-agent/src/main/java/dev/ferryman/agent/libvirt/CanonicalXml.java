package dev.ferryman.agent.libvirt;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;
import org.w3c.dom.Element;
import org.w3c.dom.Text;

/** XML whose text does not depend on layout, comments or the order of attributes. */
final class CanonicalXml {
  private CanonicalXml() {}

  static String of(Element element) {
    var text = new StringBuilder();
    write(element, text);
    return text.toString();
  }

  /** SHA-256 in hexadecimal digits. */
  static String hash(Element element) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(of(element).getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static void write(Element element, StringBuilder text) {
    text.append('<').append(element.getTagName());
    var attributes = new TreeMap<String, String>();
    var given = element.getAttributes();
    for (var i = 0; i < given.getLength(); i++) {
      attributes.put(given.item(i).getNodeName(), given.item(i).getNodeValue());
    }
    attributes.forEach(
        (name, value) ->
            text.append(' ').append(name).append("='").append(escaped(value)).append('\''));
    text.append('>');
    for (var node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element child) {
        write(child, text);
      } else if (node instanceof Text words && !words.getData().isBlank()) {
        text.append(escaped(words.getData().strip()));
      }
    }
    text.append("</").append(element.getTagName()).append('>');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&apos;");
  }
}
