package dev.ferryman.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
    assertThat(HostAddresses.listenTrouble("127.0.0.1")).isEmpty();
    assertThat(HostAddresses.listenTrouble(NOBODYS)).isNotEmpty();
  }
}
