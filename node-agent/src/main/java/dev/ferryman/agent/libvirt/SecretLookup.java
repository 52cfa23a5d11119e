package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.LibvirtX.LIBVIRT;

import dev.ferryman.crds.livemigration.DiskSecret;

/** Looks for a secret of a libvirt (virSecretLookupByUUIDString, virSecretLookupByUsage). */
final class SecretLookup {
  /** VIR_ERR_NO_SECRET. */
  private static final int NO_SECRET = 66;

  /** VIR_ERR_NO_SUPPORT: a libvirt without the driver has none. */
  private static final int NO_SUPPORT = 3;

  private static final int USAGE_VOLUME = 1;
  private static final int USAGE_CEPH = 2;
  private static final int USAGE_ISCSI = 3;

  private SecretLookup() {}

  static boolean find(Connection connection, DiskSecret secret) {
    return connection.use(
        handle -> {
          var uuid = secret.uuid();
          var usage = secret.usage();
          var found =
              uuid != null
                  ? LIBVIRT.virSecretLookupByUUIDString(handle, uuid)
                  : LIBVIRT.virSecretLookupByUsage(
                      handle, usageType(secret.type()), usage == null ? "" : usage);
          if (found == null) {
            var error = LastError.read("virSecretLookup");
            if (error.code() == NO_SECRET || error.code() == NO_SUPPORT) {
              return false;
            }
            throw error;
          }
          LIBVIRT.virSecretFree(found);
          return true;
        });
  }

  /** The type in a disk's XML says by what kind of usage its secret is looked up. */
  private static int usageType(String type) {
    return switch (type) {
      case "iscsi" -> USAGE_ISCSI;
      case "ceph" -> USAGE_CEPH;
      default -> USAGE_VOLUME;
    };
  }
}
