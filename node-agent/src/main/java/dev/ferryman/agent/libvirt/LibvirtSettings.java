package dev.ferryman.agent.libvirt;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Where the libvirt of this host is.
 *
 * @param uri libvirt's own, e.g. qemu:///system
 * @param runDirectory where libvirt's QEMU driver keeps a .pid and a .xml file for each active
 *     domain
 * @param daemonPidFiles of the daemon; the first that names a running daemon counts
 * @param proc the host's own /proc: QEMU's processes are looked for there
 * @param answerTimeout how long a call but that of a migration may take
 */
public record LibvirtSettings(
    String uri, Path runDirectory, List<Path> daemonPidFiles, Path proc, Duration answerTimeout) {

  /** Those of an ordinary host. */
  public static LibvirtSettings of(String uri) {
    return new LibvirtSettings(
        uri,
        Path.of("/run/libvirt/qemu"),
        List.of(Path.of("/run/libvirtd.pid"), Path.of("/run/virtqemud.pid")),
        Path.of("/proc"),
        Duration.ofSeconds(5));
  }
}
