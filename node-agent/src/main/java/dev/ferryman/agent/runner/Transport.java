package dev.ferryman.agent.runner;

import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How libvirt daemons reach each other, and whether QEMU's data stream, which is a connection of
 * its own, is encrypted.
 *
 * @param uriTemplate libvirt URI with {@code {host}} in place of the other host's name
 * @param dataEncrypted whether QEMU encrypts the guest's memory on its way (VIR_MIGRATE_TLS)
 */
public record Transport(Kind kind, String uriTemplate, boolean dataEncrypted) {
  /** A DNS name (RFC 1123), as Kubernetes allows it for an object. */
  private static final Pattern HOST_NAME =
      Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");

  private static final String HOST = "{host}";

  /** What carries the daemons' words (libvirt: "Remote support"). */
  public enum Kind {
    Tls("qemu+tls://{host}/system", true),
    /** Nobody is there to answer ssh's questions. */
    Ssh("qemu+ssh://root@{host}/system?no_tty=1", true),
    Tcp("qemu+tcp://{host}/system", false);

    private final String uriTemplate;
    private final boolean encrypted;

    Kind(String uriTemplate, boolean encrypted) {
      this.uriTemplate = uriTemplate;
      this.encrypted = encrypted;
    }

    /** By the word of a setting: tls, ssh, tcp. */
    public static Optional<Kind> named(String word) {
      return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
    }

    /** The word for it in settings and in the HostResource. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Whether what the daemons say to each other is encrypted, with the other's identity proved.
     */
    public boolean isEncrypted() {
      return encrypted;
    }
  }

  /**
   * A transport.
   *
   * @param uriTemplate null: the kind's own
   * @throws IllegalArgumentException if the template does not give a URI of that kind
   */
  public static Transport of(Kind kind, @Nullable String uriTemplate, boolean dataEncrypted) {
    var template = uriTemplate == null ? kind.uriTemplate : uriTemplate;
    var sample = URI.create(template.replace(HOST, "host"));
    if (!template.contains("//" + HOST) && !template.contains("@" + HOST)) {
      throw new IllegalArgumentException("'" + template + "' has no {host} where a host belongs");
    }
    if (!("qemu+" + kind.word()).equals(sample.getScheme())) {
      throw new IllegalArgumentException(
          "'" + template + "' does not begin with qemu+" + kind.word() + "://");
    }
    return new Transport(kind, template, dataEncrypted);
  }

  /**
   * The URI of a host's libvirt daemon.
   *
   * @throws IllegalArgumentException if the name is none that may enter a URI
   */
  public String uri(String host) {
    if (!HOST_NAME.matcher(host).matches()) {
      throw new IllegalArgumentException("'" + host + "' is not a host name");
    }
    return uriTemplate.replace(HOST, host);
  }

  /** Whether nobody on the way can read, or change, what is said or copied. */
  public boolean isEncrypted() {
    return kind.isEncrypted() && dataEncrypted;
  }
}
