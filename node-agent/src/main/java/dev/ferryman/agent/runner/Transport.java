package dev.ferryman.agent.runner;

import java.util.regex.Pattern;

/**
 * How libvirt daemons reach each other.
 *
 * @param uriTemplate libvirt URI with {@code {host}} in place of the destination's name
 * @param encrypted whether QEMU's data stream is encrypted too
 */
public record Transport(String name, String uriTemplate, boolean encrypted) {
  /** A DNS name (RFC 1123), as Kubernetes allows it for an object. */
  private static final Pattern HOST_NAME =
      Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");

  /** libvirt's and QEMU's own TLS. */
  public static final Transport TLS = new Transport("tls", "qemu+tls://{host}/system", true);

  /**
   * The URI of a host's libvirt daemon.
   *
   * @throws IllegalArgumentException if the name is none that may enter a URI
   */
  public String uri(String host) {
    if (!HOST_NAME.matcher(host).matches()) {
      throw new IllegalArgumentException("'" + host + "' is not a host name");
    }
    return uriTemplate.replace("{host}", host);
  }
}
