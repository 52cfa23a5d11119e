package dev.ferryman.agent.libvirt;

import static dev.ferryman.agent.libvirt.LibvirtX.LIBVIRT;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.StoragePoolPointer;
import org.libvirt.jna.StorageVolPointer;
import org.libvirt.jna.virStorageVolInfo;

/** Finds the volumes of a storage pool as libvirt does when it starts or receives a domain. */
final class StorageVolumes {
  private static final int NO_STORAGE_VOL = 50;

  private StorageVolumes() {}

  /**
   * libvirt knows what was there when the pool was last read, so that is done where it lacks it.
   */
  static Optional<VolumeFacts> find(StoragePoolPointer pool, String name) {
    var known = lookup(pool, name);
    if (known == null) {
      LastError.check(LIBVIRT.virStoragePoolRefresh(pool, 0), "virStoragePoolRefresh");
      known = lookup(pool, name);
    }
    if (known == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(facts(known));
    } finally {
      LIBVIRT.virStorageVolFree(known);
    }
  }

  private static @Nullable StorageVolPointer lookup(StoragePoolPointer pool, String name) {
    var volume = LIBVIRT.virStorageVolLookupByName(pool, name);
    if (volume == null) {
      var error = LastError.read("virStorageVolLookupByName");
      if (error.code() != NO_STORAGE_VOL) {
        throw error;
      }
    }
    return volume;
  }

  private static VolumeFacts facts(StorageVolPointer volume) {
    var info = new virStorageVolInfo();
    LastError.check(LIBVIRT.virStorageVolGetInfo(volume, info), "virStorageVolGetInfo");
    return new VolumeFacts(
        type(info.type),
        Connection.take(LIBVIRT.virStorageVolGetPath(volume), "virStorageVolGetPath"));
  }

  /** libvirt's virStorageVolType; ploop is none of QEMU's. */
  private static String type(int type) {
    return switch (type) {
      case 0 -> "file";
      case 1 -> "block";
      case 2 -> "dir";
      default -> "network";
    };
  }
}
