package dev.ferryman.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** On the loopback interface, which every machine has. */
class HostAddressesTest {
  /** RFC 5737: for documentation, so nobody's. */
  private static final String NOBODYS = "192.0.2.1";

  @Test
  void ownAddressIsKnownWithItsSubnetAndFoundByIt() {
    assertThat(HostAddresses.subnetOf("127.0.0.1")).contains("127.0.0.0/8");
    assertThat(HostAddresses.addressIn("127.0.0.0/8")).contains("127.0.0.1");
  }

  @Test
  void addressWithAnotherPrefixIsNotOfTheSubnet() {
    assertThat(HostAddresses.addressIn("127.0.0.0/24")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {NOBODYS, "localhost", "999.1.1.1", "::zz", "no.such.name.invalid"})
  void whatIsNoAddressOfThisHostHasNoSubnet(String address) {
    assertThat(HostAddresses.subnetOf(address)).isEmpty();
  }

  @Test
  void onlyAnAddressThatIsHereCanBeListenedOn() {
    assertThat(HostAddresses.listenTrouble("127.0.0.1", 0, false)).isEmpty();
    assertThat(HostAddresses.listenTrouble(NOBODYS, 0, false)).isNotEmpty();
  }

  @ParameterizedTest(name = "another on {0}: on {1}")
  @CsvSource({"127.0.0.1, 127.0.0.1", "127.0.0.1, 0.0.0.0", "0.0.0.0, 127.0.0.1"})
  void portThatAnotherListensOnIsTaken(String others, String wanted) throws IOException {
    try (var other = ServerSocketChannel.open(StandardProtocolFamily.INET)) {
      other.bind(new InetSocketAddress(others, 0));
      var port = other.socket().getLocalPort();

      assertThat(HostAddresses.listenTrouble(wanted, port, false))
          .hasValueSatisfying(why -> assertThat(why).contains("in use"));
    }
  }

  @Test
  void portThatAnotherListensOnElsewhereIsFree() throws IOException {
    try (var other = ServerSocketChannel.open(StandardProtocolFamily.INET)) {
      other.bind(new InetSocketAddress("127.0.0.2", 0));

      assertThat(HostAddresses.listenTrouble("127.0.0.1", other.socket().getLocalPort(), false))
          .isEmpty();
    }
  }

  /** QEMU would share it, and one of the two would hear nothing. */
  @Test
  void udpPortThatAnotherIsReadyToShareIsTaken() throws IOException {
    try (var other = DatagramChannel.open(StandardProtocolFamily.INET)) {
      other
          .setOption(StandardSocketOptions.SO_REUSEADDR, true)
          .bind(new InetSocketAddress("127.0.0.1", 0));
      var port = other.socket().getLocalPort();

      assertThat(HostAddresses.listenTrouble("127.0.0.1", port, true)).isNotEmpty();
    }
  }
}
