package dev.ferryman.agent.libvirt;

import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ferryman.agent.libvirt.ListenXml.Listen;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenXmlTest {
  private static final Map<String, String> MOVED = Map.of("10.7.0.2", "10.7.0.3");

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          <graphics type='vnc' listen='10.7.0.2'/>                                                          | graphics vnc
          <graphics type='spice' listen='10.7.0.2'><listen type='address' address='10.7.0.2'/></graphics>   | graphics spice
          <serial type='tcp'><source mode='bind' host='10.7.0.2'/></serial>                                 | serial tcp
          <console type='tcp'><source mode='bind' host='10.7.0.2'/></console>                               | console tcp
          <parallel type='udp'><source mode='connect' host='10.9.9.9'/><source mode='bind' host='10.7.0.2'/></parallel> | parallel udp
          <channel type='tcp'><source mode='bind' host='10.7.0.2'/></channel>                               | channel tcp
          <rng model='virtio'><backend model='egd' type='udp'><source mode='bind' host='10.7.0.2'/></backend></rng> | rng
          """)
  void findsAndReplacesEveryAddressThatADeviceListensOn(String device, String named) {
    var listens = ListenXml.listens(SafeXml.parse("domain", domain(device)));
    var replaced = ListenXml.replace(domain(device), MOVED);

    assertThat(listens)
        .extracting(Listen::device, Listen::address, Listen::port)
        .containsExactly(tuple(named, "10.7.0.2", null));
    assertThat(replaced).doesNotContain("10.7.0.2").contains("10.7.0.3");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          <graphics type='vnc' listen='0.0.0.0'><listen type='address' address='0.0.0.0'/></graphics>
          <graphics type='vnc' listen='127.0.0.1'/>
          <graphics type='spice' listen='::1'/>
          <graphics type='vnc'><listen type='none'/></graphics>
          <graphics type='vnc' socket='/run/g1.vnc'><listen type='socket' socket='/run/g1.vnc'/></graphics>
          <graphics type='vnc'/>
          <serial type='tcp'><source mode='connect' host='10.9.9.9' service='4555'/></serial>
          <serial type='unix'><source mode='bind' path='/run/g1.serial'/></serial>
          <disk type='network'><source protocol='nbd'><host name='10.9.9.9'/></source></disk>
          """)
  void leavesOutWhatEveryHostHasAndWhatIsElsewhere(String device) {
    assertThat(ListenXml.listens(SafeXml.parse("domain", domain(device)))).isEmpty();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          <graphics type='vnc' port='5999' autoport='no'><listen type='address'/></graphics>                     | vnc 127.0.0.1:5999
          <graphics type='vnc' port='5999' autoport='no' listen='10.7.0.2'><listen type='address' address='10.7.0.2'/></graphics> | vnc 10.7.0.2:5999
          <graphics type='vnc' port='5999' autoport='no'><listen type='address' address='10.7.0.2'/></graphics>  | vnc 10.7.0.2:5999
          <graphics type='vnc' port='5999' listen='0.0.0.0' websocket='-1'/>                                     | vnc 0.0.0.0:5999
          <graphics type='vnc' port='5900' autoport='yes' listen='0.0.0.0' websocket='5799'/>                    | vnc 0.0.0.0:5799
          <graphics type='spice' port='5930' tlsPort='5931' autoport='no' listen='0.0.0.0'/>                     | spice 0.0.0.0:5930 spice 0.0.0.0:5931
          <graphics type='vnc' port='5900' autoport='yes' listen='0.0.0.0'/>                                     |
          <graphics type='vnc' port='-1' autoport='yes' websocket='-1'/>                                         |
          <graphics type='vnc' port='5999' autoport='no'><listen type='socket'/></graphics>                      |
          <serial type='tcp'><source mode='bind' host='127.0.0.1' service='4777'/></serial>                      | tcp 127.0.0.1:4777
          <serial type='tcp'><source mode='connect' host='127.0.0.1' service='4777'/></serial>                   |
          <serial type='tcp'><source mode='bind' host='127.0.0.1' service='70000'/></serial>                     |
          <serial type='udp'><source mode='bind' service='4778'/><source mode='connect' host='a' service='1'/></serial> | udp 0.0.0.0:4778/udp
          <rng model='virtio'><backend model='egd' type='udp'><source mode='bind' host='::1' service='1708'/></backend></rng> | rng ::1:1708/udp
          """)
  void findsThePortsThatAreFixed(String device, @Nullable String ports) {
    var listens = ListenXml.listens(SafeXml.parse("domain", domain(device)));

    assertThat(
            listens.stream()
                .map(
                    at ->
                        at.device().replaceAll(".* ", "")
                            + " "
                            + at.address()
                            + ":"
                            + at.port()
                            + (at.udp() ? "/udp" : ""))
                .collect(joining(" ")))
        .isEqualTo(requireNonNullElse(ports, ""));
  }

  @Test
  void addressOfALibvirtNetworkIsLookedForByItsName() {
    var domain =
        SafeXml.parse(
            "domain",
            domain(
                "<graphics type='vnc' listen='192.168.122.1'><listen type='network'"
                    + " network='default' address='192.168.122.1'/></graphics>"));

    assertThat(ListenXml.listens(domain)).isEmpty();
    assertThat(ListenXml.networks(domain)).containsExactly("default");
  }

  @Test
  void otherAddressesAndAllElseStay() {
    var graphics =
        "<graphics type='vnc' listen='10.8.0.9'/><interface><ip address='10.7.0.2'/></interface>";

    assertThat(ListenXml.replace(domain(graphics), MOVED)).contains("10.8.0.9", "10.7.0.2");
    assertThat(ListenXml.replace("not even XML", Map.of())).isEqualTo("not even XML");
  }

  private static String domain(String devices) {
    return "<domain><devices>" + devices + "</devices></domain>";
  }
}
