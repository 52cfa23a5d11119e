package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.LibvirtX.LIBVIRT;

import com.sun.jna.ptr.LongByReference;
import org.libvirt.jna.virNodeInfo;

/** Reads what a daemon says of its host and of itself. */
final class HostReader {
  private HostReader() {}

  static HostFacts read(Connection connection) {
    var capabilities = CapabilitiesXml.read(capabilities(connection));
    return new HostFacts(
        capabilities.hostUUID(),
        capabilities.arch(),
        capabilities.domainTypes(),
        dotted(hypervisorVersion(connection)),
        dotted(libvirtVersion(connection)),
        capabilities.cpuModel(),
        capabilities.machineTypes(),
        cpus(connection));
  }

  static String capabilities(Connection connection) {
    return connection.use(
        handle ->
            Connection.take(
                LIBVIRT.virConnectGetCapabilities(handle), "virConnectGetCapabilities"));
  }

  private static long hypervisorVersion(Connection connection) {
    return connection.use(
        handle -> {
          var version = new LongByReference();
          LastError.check(LIBVIRT.virConnectGetVersion(handle, version), "virConnectGetVersion");
          return version.getValue();
        });
  }

  /** Of the daemon: major * 1,000,000 + minor * 1,000 + release. */
  static long libvirtVersion(Connection connection) {
    return connection.use(
        handle -> {
          var version = new LongByReference();
          LastError.check(
              LIBVIRT.virConnectGetLibVersion(handle, version), "virConnectGetLibVersion");
          return version.getValue();
        });
  }

  private static int cpus(Connection connection) {
    return connection.use(
        handle -> {
          var node = new virNodeInfo();
          LastError.check(LIBVIRT.virNodeGetInfo(handle, node), "virNodeGetInfo");
          return node.cpus;
        });
  }

  static String dotted(long version) {
    return version / 1_000_000 + "." + version / 1_000 % 1_000 + "." + version % 1_000;
  }
}
