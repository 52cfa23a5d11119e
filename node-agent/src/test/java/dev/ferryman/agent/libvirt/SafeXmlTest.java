package dev.ferryman.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafeXmlTest {
  @Test
  void refusesADocumentType() {
    assertThatThrownBy(() -> SafeXml.parse("domain", "<!DOCTYPE domain []><domain/>"))
        .isInstanceOf(HypervisorException.class)
        .hasMessageStartingWith("domain: the XML is refused: ")
        .hasMessageContaining("DOCTYPE");
  }

  @Test
  void loadsNoFile(@TempDir Path directory) throws IOException {
    var secret = Files.writeString(directory.resolve("secret"), "s3cret");
    var xml =
        "<!DOCTYPE d [<!ENTITY x SYSTEM '"
            + secret.toUri()
            + "'>]><domain><name>&x;</name></domain>";

    assertThatThrownBy(() -> SafeXml.parse("domain", xml)).message().doesNotContain("s3cret");
  }

  @Test
  void refusesEntitiesThatMultiply() {
    var xml =
        "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
            + "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><domain>&c;</domain>";

    assertThatThrownBy(() -> SafeXml.parse("domain", xml)).isInstanceOf(HypervisorException.class);
  }

  @Test
  void refusesHugeXmlBySize() {
    var xml = "<domain>" + " ".repeat(SafeXml.MAX_CHARACTERS) + "</domain>";

    assertThatThrownBy(() -> SafeXml.parse("domain", xml))
        .hasMessage("domain: the XML has 4194321 characters, more than the 4194304 that are read");
  }

  @Test
  void refusesBottomlessNesting() {
    var xml = "<a>".repeat(100_000) + "</a>".repeat(100_000);

    assertThatThrownBy(() -> SafeXml.parse("domain", xml)).isInstanceOf(HypervisorException.class);
  }

  @Test
  void refusesWhatIsNoXml() {
    assertThatThrownBy(() -> SafeXml.parse("status of g1", "<domain>"))
        .isInstanceOf(HypervisorException.class)
        .hasMessageStartingWith("status of g1: ");
  }

  @Test
  void knowsElementsByNameAndNamespace() {
    var root = SafeXml.parse("x", "<r><a>1</a><a xmlns='urn:b'>2</a><a>3</a></r>");

    assertThat(SafeXml.children(root, "a"))
        .extracting(element -> element.getTextContent())
        .containsExactly("1", "3");
    assertThat(SafeXml.child(root, "urn:b"::equals, "a").flatMap(SafeXml::text)).contains("2");
  }
}
