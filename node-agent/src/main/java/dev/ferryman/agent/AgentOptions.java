package dev.ferryman.agent;

import dev.ferryman.agent.runner.Transport;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The agent's settings; each has an environment variable beside its option. */
final class AgentOptions {
  /** A DNS name (RFC 1123): the host's name is an object's name and part of a label key. */
  private static final Pattern HOST_NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?");

  private static final Pattern ADDRESS = Pattern.compile("[A-Za-z0-9.:\\[\\]-]{1,253}");

  @Spec @Nullable CommandSpec spec;

  @Option(
      names = "--host",
      defaultValue = "${env:FERRYMAN_HOST}",
      description = "Name of this host's HostResource. Default: the lower-cased host name.")
  @Nullable String host;

  @Option(
      names = "--namespace",
      defaultValue = "${env:FERRYMAN_NAMESPACE:-ferryman-system}",
      description =
          "Namespace of the operator, where the heartbeat lives. Default: ${DEFAULT-VALUE}")
  String namespace = "";

  @Option(
      names = "--libvirt-uri",
      defaultValue = "${env:FERRYMAN_LIBVIRT_URI:-qemu:///system}",
      description = "libvirt of this host. Default: ${DEFAULT-VALUE}")
  String libvirtUri = "";

  @Option(
      names = "--instances-dir",
      defaultValue = "${env:FERRYMAN_INSTANCES_DIR:-/var/lib/ferryman/instances}",
      description =
          "Directory of the instances' disks, by whose file system disk figures go. Default:"
              + " ${DEFAULT-VALUE}")
  Path instancesDirectory = Path.of("");

  @Option(
      names = "--journal-dir",
      defaultValue = "${env:FERRYMAN_JOURNAL_DIR:-/var/lib/ferryman/journal}",
      description =
          "Directory on a disk of this host, in which the agent remembers its attempts. Default:"
              + " ${DEFAULT-VALUE}")
  Path journalDirectory = Path.of("");

  @Option(
      names = "--migration-address",
      defaultValue = "${env:FERRYMAN_MIGRATION_ADDRESS}",
      description =
          "Address of this host to which other hosts send the data stream. Default: libvirt's"
              + " choice")
  @Nullable String migrationAddress;

  @Option(
      names = "--install-nwfilters",
      defaultValue = "${env:FERRYMAN_INSTALL_NWFILTERS:-false}",
      description =
          "Whether network filters of an arriving instance that this host has not are installed as"
              + " they are at its source. Default: ${DEFAULT-VALUE}")
  boolean installNwfilters;

  @Mixin TransportOptions transport = new TransportOptions();

  @Option(
      names = "--health-port",
      defaultValue = "${env:FERRYMAN_HEALTH_PORT:-9090}",
      description = "Port of /healthz, /readyz and /metrics. Default: ${DEFAULT-VALUE}")
  int healthPort;

  @Option(
      names = "--heartbeat-seconds",
      defaultValue = "${env:FERRYMAN_HEARTBEAT_SECONDS:-10}",
      description = "Period of the heartbeat. Default: ${DEFAULT-VALUE}")
  int heartbeatSeconds;

  /** What the options say, each found to be usable. */
  record Settings(
      String host,
      String namespace,
      String libvirtUri,
      Path instancesDirectory,
      Path journalDirectory,
      @Nullable String migrationAddress,
      boolean installNwfilters,
      Transport transport,
      int healthPort,
      Duration heartbeat) {}

  /**
   * Checks all options.
   *
   * @throws ParameterException that names the option and what is wrong with it
   */
  Settings settings() {
    var name = host == null || host.isEmpty() ? ownName() : host;
    require(
        HOST_NAME.matcher(name).matches(),
        "--host: '" + name + "' is no lower-case DNS name of at most 63 characters");
    require(!namespace.isEmpty(), "--namespace is empty");
    require(
        instancesDirectory.isAbsolute() && Files.isDirectory(instancesDirectory),
        "--instances-dir: " + instancesDirectory + " is no directory");
    require(
        journalDirectory.isAbsolute(),
        "--journal-dir: " + journalDirectory + " is no absolute path");
    var address = migrationAddress == null || migrationAddress.isEmpty() ? null : migrationAddress;
    require(
        address == null || ADDRESS.matcher(address).matches(),
        "--migration-address: '" + address + "' is no address");
    require(healthPort >= 0 && healthPort <= 65535, "--health-port: " + healthPort + " is no port");
    require(
        heartbeatSeconds >= 1 && heartbeatSeconds <= 30,
        "--heartbeat-seconds: " + heartbeatSeconds + " is not in 1..30");
    return new Settings(
        name,
        namespace,
        libvirtUri,
        instancesDirectory,
        journalDirectory,
        address,
        installNwfilters,
        transport.transport(this::refused),
        healthPort,
        Duration.ofSeconds(heartbeatSeconds));
  }

  private String ownName() {
    try {
      return InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
    } catch (UnknownHostException e) {
      throw refused("--host is not given and the host's own name is not known: " + e.getMessage());
    }
  }

  private void require(boolean holds, String message) {
    if (!holds) {
      throw refused(message);
    }
  }

  private ParameterException refused(String message) {
    return new ParameterException(java.util.Objects.requireNonNull(spec).commandLine(), message);
  }
}
