package dev.ferryman.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class CapabilitiesXmlTest {
  @Test
  void readsWhatLibvirtWrites() throws IOException {
    var capabilities = CapabilitiesXml.read(DomainXmlTest.resource("capabilities.xml"));

    assertThat(capabilities.hostUUID()).isEqualTo("518d5898-4b8f-465c-842c-ed15758a5989");
    assertThat(capabilities.arch()).isEqualTo("x86_64");
    assertThat(capabilities.cpuModel()).isEqualTo("Broadwell");
    assertThat(capabilities.domainTypes()).as("best first").containsExactly("kvm", "qemu");
    assertThat(capabilities.machineTypes())
        .contains("pc", "pc-i440fx-7.2", "q35", "pc-q35-7.2")
        .doesNotHaveDuplicates()
        .isSorted();
  }

  @Test
  void isEmptyWhereNothingCanRun() {
    var capabilities =
        CapabilitiesXml.read("<capabilities><host><uuid>u</uuid></host></capabilities>");

    assertThat(capabilities.domainTypes()).isEmpty();
    assertThat(capabilities.machineTypes()).isEmpty();
  }
}
