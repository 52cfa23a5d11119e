package dev.ferryman.agent.decide;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.Compression;
import java.util.Optional;

/** Whether the source's libvirt can compress as is ordered; that of the destination is no older. */
public final class CompressionCheck {
  /** libvirt 9.4.0 came with the compression methods zlib and zstd (its news of 2023-06-01). */
  private static final Version WITH_ZSTD = new Version(9, 4);

  private CompressionCheck() {}

  /**
   * Judges what is ordered; empty where nothing is to be compressed.
   *
   * @param libvirt version of the source's libvirt, dotted
   */
  public static Optional<Check> judge(Compression ordered, String host, String libvirt) {
    return switch (ordered) {
      case None -> Optional.empty();
      case Xbzrle ->
          Optional.of(
              Check.pass(CheckName.Compression, host, "libvirt " + libvirt + " has Xbzrle"));
      case Zstd ->
          Optional.of(
              WITH_ZSTD.isIn(libvirt)
                  ? Check.pass(CheckName.Compression, host, "libvirt " + libvirt + " has Zstd")
                  : Check.fail(
                      CheckName.Compression,
                      Reason.CompressionUnsupported,
                      host,
                      "spec.convergence.compression: Zstd needs libvirt 9.4.0 or later, and "
                          + host
                          + " has "
                          + libvirt));
    };
  }
}
