package dev.ferryman.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.crds.livemigration.CpuNeed;
import dev.ferryman.crds.livemigration.FilterNeed;
import dev.ferryman.crds.livemigration.NetworkKind;
import dev.ferryman.crds.livemigration.NetworkNeed;
import dev.ferryman.crds.livemigration.SecretNeed;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MoveReaderTest {
  private static final String CAPABILITIES =
      """
      <capabilities><host><cpu>
        <arch>x86_64</arch><model>Skylake</model><topology sockets='1' cores='2' threads='1'/>
      </cpu></host></capabilities>
      """;

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          <hostdev mode='subsystem' type='pci'><alias name='hostdev0'/></hostdev>                | hostdev0
          <hostdev mode='subsystem' type='mdev'/>                                                | hostdev
          <interface type='hostdev'><alias name='net0'/></interface>                             | net0
          <interface type='vdpa'><source dev='/dev/vhost-vdpa-0'/><alias name='net1'/></interface> | net1
          <filesystem><driver type='virtiofs'/><alias name='fs0'/></filesystem>                  | fs0
          <memory model='dimm'><target/><alias name='dimm0'/></memory>                           | dimm0
          <shmem name='shared0' role='peer'/>                                                    | shared0
          <shmem name='shared1'/>                                                                | shared1
          <disk type='file'><target dev='vdb'/><transient/></disk>                               | vdb
          <disk type='file'><target dev='vdc'/><mirror type='file' job='copy'/></disk>           | vdc
          """)
  void namesEachDeviceThatLibvirtDoesNotMigrate(String device, String named) {
    assertThat(facts("<devices>" + device + "</devices>").obstacles())
        .singleElement()
        .asString()
        .contains(named);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          <hostdev mode='subsystem' type='usb'/>
          <hostdev mode='subsystem' type='pci'><teaming type='transient' persistent='ua-1'/></hostdev>
          <interface type='hostdev'><teaming type='transient' persistent='ua-1'/></interface>
          <filesystem><driver type='path'/></filesystem>
          <memory model='dimm'><address type='dimm' slot='0'/></memory>
          <memory model='virtio-mem'/>
          <shmem name='shared0' role='master'/>
          <disk type='file'><target dev='vdb'/></disk>
          """)
  void letsPassWhatLibvirtMigrates(String device) {
    assertThat(facts("<devices>" + device + "</devices>").obstacles()).isEmpty();
  }

  @Test
  void countsSnapshotsAndNamesEachBlockJobOnce() {
    var xml =
        "<domain><devices><disk><target dev='vda'/><mirror job='copy'/></disk></devices></domain>";
    var facts =
        MoveReader.facts(
            SafeXml.parse("domain", xml),
            List.of(),
            2,
            List.of("vda", "vdb"),
            withFilters(Map.of()));

    assertThat(facts.obstacles())
        .containsExactly(
            "it has 2 snapshots",
            "disk vda: a block job is active (copy)",
            "disk vdb: a block job is active");
  }

  @Test
  void anInvariantTscMovesOnlyWithAFrequency() {
    var invtsc = "<cpu><model>Skylake</model><feature policy='require' name='invtsc'/></cpu>";

    assertThat(facts(invtsc).obstacles()).singleElement().asString().contains("invtsc");
    assertThat(
            facts(invtsc + "<clock><timer name='tsc' frequency='3000000000'/></clock>").obstacles())
        .isEmpty();
    assertThat(facts(invtsc.replace("require", "disable")).obstacles()).isEmpty();
  }

  @Test
  void readsWhatTheDevicesNeed() {
    var facts =
        facts(
            """
            <devices>
              <interface type='network'><source network='tenants' bridge='virbr3'/></interface>
              <interface type='bridge'><source bridge='br0'/></interface>
              <interface type='bridge'><source network='flat' portid='5f4dcc3b' bridge='br7'/></interface>
              <interface type='direct'><source network='macvtaps' dev='eth2' mode='bridge'/></interface>
              <interface type='direct'><source dev='eth1' mode='bridge'/></interface>
              <interface type='user'/>
              <disk type='network'><source protocol='rbd' name='vms/a'>
                <auth username='u'><secret type='ceph' uuid='8b5d0d62-0000-4000-8000-000000000001'/></auth>
              </source></disk>
              <disk type='network'><source protocol='iscsi' name='iqn.a/1'>
                <auth username='u'><secret type='iscsi' usage='target-a'/></auth>
              </source></disk>
              <disk type='volume'><source pool='fast' volume='data.img'/></disk>
              <tpm><backend type='emulator'><encryption secret='8b5d0d62-0000-4000-8000-000000000002'/></backend></tpm>
            </devices>
            """);

    assertThat(facts.networks())
        .containsExactly(
            new NetworkNeed(NetworkKind.Network, "tenants"),
            new NetworkNeed(NetworkKind.Interface, "br0"),
            new NetworkNeed(NetworkKind.Network, "flat"),
            new NetworkNeed(NetworkKind.Network, "macvtaps"),
            new NetworkNeed(NetworkKind.Interface, "eth1"));
    assertThat(facts.secrets())
        .containsExactly(
            new SecretNeed("8b5d0d62-0000-4000-8000-000000000001", "ceph", null),
            new SecretNeed(null, "iscsi", "target-a"),
            new SecretNeed("8b5d0d62-0000-4000-8000-000000000002", "vtpm", null));
    assertThat(facts.storagePools()).containsExactly("fast");
  }

  @Test
  void followsFiltersToAllThatTheyReferTo() {
    var filters =
        Map.of(
            "clean",
            "<filter name='clean'><uuid>1</uuid><filterref filter='no-spoofing'/></filter>",
            "no-spoofing",
            "<filter name='no-spoofing'><rule action='drop' direction='out'/><filterref filter='clean'/></filter>");
    var facts =
        MoveReader.facts(
            SafeXml.parse(
                "domain",
                "<domain><devices><interface type='bridge'><filterref filter='clean'/></interface></devices></domain>"),
            List.of(),
            0,
            List.of(),
            withFilters(filters));

    assertThat(facts.nwfilters())
        .extracting(FilterNeed::name)
        .containsExactly("clean", "no-spoofing");
    assertThat(facts.nwfilters())
        .extracting(FilterNeed::hash)
        .allMatch(hash -> hash.length() == 64);
  }

  @Test
  void aFiltersHashTellsItsContentAlone() {
    var filter =
        "<filter name='a' chain='ip'><uuid>1</uuid><rule action='drop' priority='5'/></filter>";
    var laidOut =
        "<!-- dumped --><filter chain='ip' name='a'>\n  <uuid>2</uuid>\n  <rule priority='5' action='drop'/>\n</filter>";

    assertThat(FilterXml.hash("a", laidOut)).isEqualTo(FilterXml.hash("a", filter));
    assertThat(FilterXml.hash("a", filter.replace("drop", "accept")))
        .isNotEqualTo(FilterXml.hash("a", filter));
  }

  @Test
  void readsTheCpuWithoutItsTopology() {
    var cpu =
        facts(
                """
                <cpu mode='custom' match='exact' check='full'>
                  <model fallback='forbid'>Skylake</model><topology sockets='1' cores='2' threads='1'/>
                </cpu>
                """)
            .cpu();

    assertThat(cpu)
        .isEqualTo(
            new CpuNeed(
                "custom",
                true,
                "<cpu check='full' match='exact' mode='custom'><model"
                    + " fallback='forbid'>Skylake</model></cpu>"));
  }

  @Test
  void aCpuThatLibvirtDoesNotCheckIsNotEnforced() {
    assertThat(
            facts("<cpu mode='custom' check='none'><model>qemu64</model></cpu>").cpu().enforced())
        .isFalse();
    assertThat(facts("<cpu><topology sockets='1' cores='2' threads='1'/></cpu>").cpu()).isNull();
    assertThat(facts("").cpu()).isNull();
  }

  @Test
  void aPassedThroughCpuIsTheHosts() {
    assertThat(facts("<cpu mode='host-passthrough' check='none'/>").cpu())
        .isEqualTo(
            new CpuNeed(
                "host-passthrough", true, "<cpu><arch>x86_64</arch><model>Skylake</model></cpu>"));
  }

  private static MoveFacts facts(String inside) {
    var domain = SafeXml.parse("domain", "<domain type='kvm'>" + inside + "</domain>");
    return MoveReader.facts(domain, List.of(domain), 0, List.of(), withFilters(Map.of()));
  }

  private static MoveReader.Surroundings withFilters(Map<String, String> filters) {
    return new MoveReader.Surroundings(
        () -> CAPABILITIES,
        name -> Optional.ofNullable(filters.get(name)),
        address -> Optional.empty());
  }
}
