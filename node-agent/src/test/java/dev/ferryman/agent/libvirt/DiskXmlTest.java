package dev.ferryman.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.livemigration.BackingImage;
import dev.ferryman.crds.livemigration.Disk;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiskXmlTest {
  @Test
  void readsServersOfANetworkDisk() {
    var disk =
        disk(
            """
            <disk type='network'><driver name='qemu' type='raw' cache='writeback'/>
              <auth username='u'><secret type='iscsi' uuid='u-1'/></auth>
              <source protocol='iscsi' name='iqn.2026-11.lab:g/1'>
                <host name='10.0.0.1'/><host name='fd00::1' port='3261'/>
                <host transport='unix' socket='/run/x'/>
              </source>
              <target dev='vda'/></disk>
            """);

    assertThat(disk.protocol()).isEqualTo("iscsi");
    assertThat(disk.cache()).isEqualTo("writeback");
    assertThat(disk.servers()).containsExactly("10.0.0.1:3260", "[fd00::1]:3261");
  }

  @Test
  void readsTheChainOfImagesDownToItsEnd() {
    var disk =
        disk(
            """
            <disk type='file'><source file='/top'/><target dev='vda'/>
              <backingStore type='file'><format type='qcow2'/><source file='/middle'/>
                <backingStore type='block'><format type='raw'/><source dev='/dev/base'/>
                  <backingStore/></backingStore></backingStore></disk>
            """);

    assertThat(disk.backing())
        .containsExactly(
            new BackingImage("file", "/middle", "qcow2", List.of(), null),
            new BackingImage("block", "/dev/base", "raw", List.of(), null));
  }

  @Test
  void saysOfADiskWhyItIsNotCopied() {
    var plain = "<disk type='file'>%s<source file='/top'>%s</source><target dev='vda'/></disk>";

    assertThat(disk(plain.formatted("", "")).uncopyable()).isNull();
    assertThat(disk(plain.formatted("<shareable/>", "")).uncopyable()).isEqualTo("shareable");
    assertThat(disk(plain.formatted("", "<encryption format='luks'/>")).uncopyable())
        .isEqualTo("encryption");
  }

  @Test
  void aChainBeyondTheBoundShowsThatItIs() {
    var open = "<backingStore type='file'><source file='/x'/>".repeat(100);
    var disk =
        disk(
            "<disk type='file'><source file='/top'/><target dev='vda'/>"
                + open
                + "</backingStore>".repeat(100)
                + "</disk>");

    assertThat(disk.backing()).hasSize(Bounds.CHAIN + 1);
  }

  private static Disk disk(String xml) {
    return DomainXml.read("<domain type='kvm'><devices>" + xml + "</devices></domain>")
        .disks()
        .get(0);
  }
}
