package dev.ferryman.agent.libvirt;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The addresses of this host's network interfaces. */
final class HostAddresses {
  /** Not a name: nobody is asked for it. */
  private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  private HostAddresses() {}

  /** The subnet of an address, as 10.0.0.0/24; empty if it is none of this host's. */
  static Optional<String> subnetOf(String address) {
    if (!LITERAL.matcher(address).matches()) {
      return Optional.empty();
    }
    try {
      var literal = InetAddress.getByName(address);
      return own()
          .filter(own -> own.getAddress().equals(literal))
          .map(HostAddresses::subnet)
          .findFirst();
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  /**
   * This host's address in a subnet; the first, if there are more. One that only lies in it, with a
   * prefix of its own, is a service's and moves about.
   */
  static Optional<String> addressIn(String subnet) {
    return own()
        .filter(own -> subnet(own).equals(subnet))
        .map(own -> text(own.getAddress()))
        .findFirst();
  }

  /**
   * Why nothing can listen on an address here, or on a name's; empty: it can. Tried as QEMU does
   * it, by a socket of the address's own protocol that may take over what is only about to close.
   * But a port of UDP QEMU would share with another QEMU, and one of the two would hear nothing.
   *
   * @param port 0: any
   * @param udp else TCP
   */
  static Optional<String> listenTrouble(String address, int port, boolean udp) {
    try {
      var at = new InetSocketAddress(InetAddress.getByName(address), port);
      var family =
          at.getAddress() instanceof Inet4Address
              ? StandardProtocolFamily.INET
              : StandardProtocolFamily.INET6;
      if (udp) {
        tryUdp(at, family);
      } else {
        tryTcp(at, family);
      }
      return Optional.empty();
    } catch (UnknownHostException e) {
      return Optional.of("its name does not resolve");
    } catch (IOException | UnsupportedOperationException e) {
      // The latter of a host without IPv6.
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static void tryTcp(InetSocketAddress at, ProtocolFamily family) throws IOException {
    try (var socket = ServerSocketChannel.open(family)) {
      socket.setOption(StandardSocketOptions.SO_REUSEADDR, true).bind(at);
    }
  }

  private static void tryUdp(InetSocketAddress at, ProtocolFamily family) throws IOException {
    try (var socket = DatagramChannel.open(family)) {
      socket.bind(at);
    }
  }

  private static Stream<InterfaceAddress> own() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(nic -> nic.getInterfaceAddresses().stream());
    } catch (SocketException e) {
      throw HypervisorException.noAnswer("this host's addresses: " + e.getMessage());
    }
  }

  private static String subnet(InterfaceAddress own) {
    var bits = own.getNetworkPrefixLength();
    var network = own.getAddress().getAddress();
    for (var i = 0; i < network.length; i++) {
      var kept = Math.max(0, Math.min(Byte.SIZE, bits - i * Byte.SIZE));
      network[i] = (byte) (network[i] & (0xff << (Byte.SIZE - kept)));
    }
    try {
      return text(InetAddress.getByAddress(network)) + "/" + bits;
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address keeps its length", e);
    }
  }

  /** Without the scope of an IPv6 address. */
  private static String text(InetAddress address) {
    var text = address.getHostAddress();
    var scope = text.indexOf('%');
    return scope < 0 ? text : text.substring(0, scope);
  }
}
