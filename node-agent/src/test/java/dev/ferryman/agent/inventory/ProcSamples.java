package dev.ferryman.agent.inventory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A /proc of a host whose instances directory is on NFS. */
public final class ProcSamples {
  private ProcSamples() {}

  public static Path write(Path proc, Path nfs) throws IOException {
    Files.createDirectories(proc.resolve("sys/kernel/random"));
    Files.createDirectories(proc.resolve("self"));
    Files.writeString(
        proc.resolve("sys/kernel/random/boot_id"), "6f1a3c52-93f4-4f3a-9b0e-3f0f5b0a7c11\n");
    writeAvailable(proc, 22_954);
    Files.writeString(
        proc.resolve("self/mountinfo"),
        """
        28 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
        90 28 0:60 / %s rw,relatime - nfs4 nas:/vol rw,vers=4.2,local_lock=none
        """
            .formatted(nfs.toRealPath()));
    return proc;
  }

  /** Of 24105 MiB. */
  public static void writeAvailable(Path proc, long mebibytes) throws IOException {
    Files.writeString(
        proc.resolve("meminfo"),
        """
        MemTotal:       24683520 kB
        MemFree:        11068672 kB
        MemAvailable:   %d kB
        Buffers:           20480 kB
        """
            .formatted(mebibytes * 1024));
  }
}
