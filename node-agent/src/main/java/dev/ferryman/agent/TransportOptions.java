package dev.ferryman.agent;

import dev.ferryman.agent.runner.Transport;
import dev.ferryman.agent.runner.Transport.Kind;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How this host's libvirt reaches those of other hosts. */
final class TransportOptions {
  @Option(
      names = "--transport",
      defaultValue = "${env:FERRYMAN_TRANSPORT:-tls}",
      description =
          "How libvirt daemons reach each other: tls, ssh, or tcp, which nothing protects. Default:"
              + " ${DEFAULT-VALUE}")
  String kind = "";

  @Option(
      names = "--transport-uri",
      defaultValue = "${env:FERRYMAN_TRANSPORT_URI}",
      description =
          "libvirt URI of another host's daemon, with {host} in place of its name. Default:"
              + " qemu+tls://{host}/system, qemu+ssh://root@{host}/system?no_tty=1,"
              + " qemu+tcp://{host}/system")
  @Nullable String uri;

  @Option(
      names = "--data-encryption",
      defaultValue = "${env:FERRYMAN_DATA_ENCRYPTION:-tls}",
      description =
          "Whether QEMU encrypts the guest's memory on its way, by whatever transport: tls (its"
              + " certificates: /etc/pki/qemu) or none. Default: ${DEFAULT-VALUE}")
  String dataEncryption = "";

  @Option(
      names = "--allow-unencrypted",
      defaultValue = "${env:FERRYMAN_ALLOW_UNENCRYPTED:-false}",
      arity = "0..1",
      fallbackValue = "true",
      description =
          "Allows --transport=tcp and --data-encryption=none. Each migration then has a warning."
              + " Default: ${DEFAULT-VALUE}")
  boolean unencryptedAllowed;

  /**
   * Checks these options.
   *
   * @param refused makes the exception that says what is wrong
   * @throws ParameterException that names the option and what is wrong with it
   */
  Transport transport(Function<String, ParameterException> refused) {
    var carrier =
        Kind.named(kind)
            .orElseThrow(
                () ->
                    refused.apply("--transport: '" + kind + "' is not known; use tls, ssh or tcp"));
    var encrypted = "tls".equals(dataEncryption);
    if (!encrypted && !"none".equals(dataEncryption)) {
      throw refused.apply(
          "--data-encryption: '" + dataEncryption + "' is not known; use tls or none");
    }
    if (!unencryptedAllowed && !carrier.isEncrypted()) {
      throw refused.apply(
          "--transport: what goes over "
              + kind
              + " is not encrypted; use tls or ssh, or add"
              + " --allow-unencrypted");
    }
    if (!unencryptedAllowed && !encrypted) {
      throw refused.apply(
          "--data-encryption: with none, guests' memory can be read on its way; use tls, or add"
              + " --allow-unencrypted");
    }
    try {
      return Transport.of(carrier, uri == null || uri.isEmpty() ? null : uri, encrypted);
    } catch (IllegalArgumentException e) {
      throw refused.apply("--transport-uri: " + e.getMessage());
    }
  }
}
