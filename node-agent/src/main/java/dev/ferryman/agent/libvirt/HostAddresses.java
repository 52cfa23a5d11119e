package dev.ferryman.agent.libvirt;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.UnknownHostException;
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

  /** Why nothing can listen on an address here, or on a name's; empty: it can. */
  static Optional<String> listenTrouble(String address) {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
      return socket.isBound() ? Optional.empty() : Optional.of("it is not bound");
    } catch (UnknownHostException e) {
      return Optional.of("its name does not resolve");
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
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
