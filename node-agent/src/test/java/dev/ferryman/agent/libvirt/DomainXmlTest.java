package dev.ferryman.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.livemigration.Disk;
import dev.ferryman.crds.livemigration.DiskBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainXmlTest {
  @Test
  void readsWhatLibvirtWrites() throws IOException {
    var definition = DomainXml.read(resource("domain-live.xml"));

    assertThat(definition)
        .isEqualTo(
            new DomainDefinition(
                "qemu",
                "x86_64",
                "pc-q35-7.2",
                1,
                192,
                List.of(),
                List.of(
                    DiskBuilder.builder()
                        .target("vda")
                        .type("file")
                        .path("/var/lib/ferryman/instances/g1/disk.qcow2")
                        .readOnly(false)
                        .format("qcow2")
                        .cache("none")
                        .build()),
                "p1",
                List.of(),
                "uid-1/3",
                null));
  }

  @Test
  void aReplyThatLibvirtCannotGiveIsTheDomainsOwnTrouble() {
    var definition =
        DomainXml.readIfPossible(
            () -> {
              throw new HypervisorException(39, 7, "Unable to encode message payload");
            });

    assertThat(definition.trouble()).isEqualTo("Unable to encode message payload");
  }

  @Test
  void aDomainThatHasGoneIsNoTrouble() {
    assertThatThrownBy(
            () ->
                DomainXml.readIfPossible(
                    () -> {
                      throw Connection.noDomain("u1");
                    }))
        .hasMessageContaining("no domain has uuid u1");
  }

  @Test
  void readsNovasMetadata() throws IOException {
    var definition = DomainXml.read(resource("domain-nova.xml"));

    assertThat(definition.project()).isEqualTo("demo");
    assertThat(definition.addresses()).containsExactly("10.0.0.5", "fd00::5");
    assertThat(definition.vcpus()).as("also those that are not plugged in").isEqualTo(4);
    assertThat(definition.memoryMiB()).isEqualTo(2048);
    assertThat(definition.attemptMark()).isNull();
  }

  @Test
  void readsEachKindOfDisk() throws IOException {
    assertThat(DomainXml.read(resource("domain-nova.xml")).disks())
        .extracting(Disk::target, Disk::type, Disk::path, Disk::readOnly)
        .containsExactly(
            tuple("vda", "network", "vms/4f9d_disk", false),
            tuple("vdb", "block", "/dev/mapper/lun-1", false),
            tuple("vdc", "volume", null, true),
            tuple("sda", "file", "/iso/config.iso", true),
            tuple("sdb", "file", null, true));
  }

  @Test
  void takesNovasProjectByItsUuidWithoutAName() {
    var definition =
        DomainXml.read(
            domain(
                """
                <n:instance xmlns:n='http://openstack.org/xmlns/libvirt/nova/1.0'>
                  <n:owner><n:project uuid='0a1b'/></n:owner>
                </n:instance>
                """));

    assertThat(definition.project()).isEqualTo("0a1b");
  }

  @Test
  void ownMetadataGoesBeforeNovas() {
    var definition =
        DomainXml.read(
            domain(
                """
                <n:instance xmlns:n='http://openstack.org/xmlns/libvirt/nova/1.1'>
                  <n:owner><n:project uuid='0a1b'>nova</n:project></n:owner>
                </n:instance>
                <f:instance xmlns:f='https://ferryman.dev/instance'>
                  <f:project> p2 </f:project><f:address>10.0.0.7</f:address>
                </f:instance>
                """));

    assertThat(definition.project()).isEqualTo("p2");
    assertThat(definition.addresses()).containsExactly("10.0.0.7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<attempt uid='u/1'/>",
        "<attempt xmlns='https://ferryman.dev/attempts' uid='u/1'/>",
        "<x><f:attempt xmlns:f='https://ferryman.dev/attempt' uid='u/1'/></x>",
        "<f:attempt xmlns:f='https://ferryman.dev/attempt'/>"
      })
  void takesNothingElseForAMark(String metadata) {
    assertThat(DomainXml.read(domain(metadata)).attemptMark()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "KiB, 1024, 1",
    "KiB, 1025, 2",
    "MiB, 3, 3",
    "GiB, 2, 2048",
    "bytes, 1048577, 2",
    "GB, 1, 954"
  })
  void countsMemoryInWholeMebibytes(String unit, long number, long expected) {
    var xml = "<domain><memory unit='" + unit + "'>" + number + "</memory></domain>";

    assertThat(DomainXml.read(xml).memoryMiB()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<memory>a lot</memory>",
        "<memory unit='parsec'>1</memory>",
        "<memory unit='TiB'>9223372036854775807</memory>",
        "<vcpu>99999999999</vcpu>"
      })
  void refusesFiguresThatAreNone(String element) {
    assertThatThrownBy(() -> DomainXml.read("<domain>" + element + "</domain>"))
        .isInstanceOf(HypervisorException.class)
        .hasMessageStartingWith("domain: '");
  }

  @Test
  void boundsNamesAndLists() {
    var addresses = "<f:address>10.0.0.1</f:address>".repeat(3);
    var many = new StringBuilder(addresses);
    for (var i = 0; i < 40; i++) {
      many.append("<f:address>10.1.0.").append(i).append("</f:address>");
    }
    var definition =
        DomainXml.read(
            domain(
                "<f:instance xmlns:f='https://ferryman.dev/instance'><f:project>"
                    + "p".repeat(5000)
                    + "</f:project>"
                    + many
                    + "</f:instance>"));

    assertThat(definition.project()).hasSize(Bounds.NAME);
    assertThat(definition.addresses()).hasSize(Bounds.ADDRESSES).doesNotHaveDuplicates();
  }

  @Test
  void boundsEachText() {
    var huge = "h".repeat(100_000);
    var definition =
        DomainXml.read(
            """
            <domain type='%1$s'>
              <os><type arch='%1$s' machine='%1$s'>hvm</type></os>
              <metadata>
                <f:instance xmlns:f='https://ferryman.dev/instance'>
                  <f:project>%1$s</f:project><f:address>%1$s</f:address>
                </f:instance>
                <f:attempt xmlns:f='https://ferryman.dev/attempt' uid='%1$s'/>
              </metadata>
              <devices>
                <disk type='file'><source file='/%1$s'/><target dev='%1$s'/></disk>
                <disk type='%1$s'><target dev='vdb'/></disk>
              </devices>
            </domain>
            """
                .formatted(huge));

    assertThat(definition.type()).hasSize(Bounds.WORD);
    assertThat(definition.arch()).hasSize(Bounds.WORD);
    assertThat(definition.machineType()).hasSize(Bounds.WORD);
    assertThat(definition.project()).hasSize(Bounds.NAME);
    assertThat(definition.addresses()).singleElement().asString().hasSize(Bounds.WORD);
    assertThat(definition.attemptMark()).hasSize(Bounds.ATTEMPT_UID);
    assertThat(definition.disks().get(0).path()).hasSize(Bounds.PATH);
    assertThat(definition.disks().get(0).target()).hasSize(Bounds.WORD);
    assertThat(definition.disks().get(1).type()).hasSize(Bounds.WORD);
  }

  /** Names are data: nothing of them is expanded, split or run. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "$(touch /tmp/x)",
        "`id`",
        "a;b|c&amp;d",
        "../../etc/passwd",
        "qemu+ssh://root@host/",
        "a%20b",
        "{host}",
        "{0}",
        "%s%n",
        "${jndi:ldap://x}",
        "&lt;name&gt;",
        "&quot;'"
      })
  void takesAnyTextAsItIs(String text) {
    var plain =
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&amp;", "&");
    var definition =
        DomainXml.read(
            domain(
                "<f:instance xmlns:f='https://ferryman.dev/instance'><f:project>"
                    + text
                    + "</f:project></f:instance>"));

    assertThat(definition.project()).isEqualTo(plain);
  }

  @Test
  void refusesWhatIsNoDomain() {
    assertThatThrownBy(() -> DomainXml.read("<network/>"))
        .hasMessage("domain: the XML's root is 'network', not 'domain'");
  }

  private static String domain(String metadata) {
    return "<domain type='kvm'><metadata>" + metadata + "</metadata></domain>";
  }

  static String resource(String name) throws IOException {
    try (InputStream in = DomainXmlTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
