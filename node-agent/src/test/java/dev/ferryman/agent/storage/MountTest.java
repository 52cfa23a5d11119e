package dev.ferryman.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MountTest {
  private static final List<Mount> MOUNTS =
      Mount.parse(
          """
          22 28 0:21 / /proc rw,nosuid - proc proc rw
          28 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro
          90 28 0:60 / /var/lib/instances rw,relatime shared:40 master:2 - nfs4 nas:/vol rw,vers=4.2,local_lock=none
          91 90 0:61 / /var/lib/instances/with\\040blank rw - fuse.glusterfs gv0 rw,user_id=0
          92 28 0:62 / /mnt rw - ext4 /dev/vdb rw
          93 92 0:63 / /mnt rw - nfs nas:/old rw,vers=3,nolock
          94 28 0:64 / /lonely rw - tmpfs
          garbage
          """);

  @ParameterizedTest
  @CsvSource({
    "/var/lib/instances, nfs4, true",
    "/var/lib/instances/i-1/disk, nfs4, true",
    "/var/lib/instances/with blank/x, fuse.glusterfs, true",
    "/var/lib/instances2, ext4, false",
    "/mnt/a, nfs, true",
    "/lonely, tmpfs, false",
    "/, ext4, false"
  })
  void findsTheMountOfAPath(String path, String type, boolean shared) {
    var mount = Mount.of(Path.of(path), MOUNTS).orElseThrow();

    assertThat(mount.type()).isEqualTo(type);
    assertThat(mount.shared()).isEqualTo(shared);
  }

  @Test
  void knowsLocksThatNoOtherHostSees() {
    assertThat(Mount.of(Path.of("/mnt"), MOUNTS).orElseThrow().locksReachOthers()).isFalse();
    assertThat(Mount.of(Path.of("/var/lib/instances"), MOUNTS).orElseThrow().locksReachOthers())
        .isTrue();
  }
}
