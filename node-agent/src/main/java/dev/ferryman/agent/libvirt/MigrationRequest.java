package dev.ferryman.agent.libvirt;

import dev.ferryman.crds.livemigration.Convergence;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;

/**
 * A peer-to-peer live migration (libvirt: virDomainMigrateToURI3 with LIVE, PEER2PEER, and for a
 * persistent domain PERSIST_DEST and UNDEFINE_SOURCE).
 *
 * @param destinationUri libvirt URI of the destination's daemon, as the source's daemon reaches it
 * @param dataUri where the data stream goes, e.g. tcp://10.0.0.3; empty: libvirt's choice
 * @param destinationXml definition of the copy, with the attempt's mark
 * @param persistentXml definition that the copy leaves behind, with the attempt's mark; empty for a
 *     transient domain. Always given together with {@code destinationXml} (CVE-2020-17376)
 * @param encrypted whether QEMU's stream is encrypted (VIR_MIGRATE_TLS)
 * @param leftPaused whether the destination's copy is left paused (VIR_MIGRATE_PAUSED)
 * @param convergence cap on the copying; whether QEMU may slow the guest's CPUs down; compression
 *     (VIR_MIGRATE_COMPRESSED) and connections (VIR_MIGRATE_PARALLEL) of the copying; whether it
 *     may go over to post-copy (VIR_MIGRATE_POSTCOPY)
 * @param copiedDisks device names of the disks that are copied (VIR_MIGRATE_NON_SHARED_INC); the
 *     destination has images for them already
 * @param resumesPostCopy whether this is the request of before once more, to go on with a post-copy
 *     whose stream has broken (VIR_MIGRATE_POSTCOPY_RESUME)
 */
@RecordBuilder
public record MigrationRequest(
    String uuid,
    String destinationUri,
    String dataUri,
    String destinationXml,
    String persistentXml,
    boolean encrypted,
    boolean leftPaused,
    Convergence convergence,
    List<String> copiedDisks,
    boolean resumesPostCopy)
    implements MigrationRequestBuilder.With {

  /** A request for a migration that is not steered. */
  public MigrationRequest(
      String uuid,
      String destinationUri,
      String dataUri,
      String destinationXml,
      String persistentXml,
      boolean encrypted,
      boolean leftPaused) {
    this(
        uuid,
        destinationUri,
        dataUri,
        destinationXml,
        persistentXml,
        encrypted,
        leftPaused,
        Convergence.DEFAULT,
        List.of(),
        false);
  }

  public boolean persistent() {
    return !persistentXml.isEmpty();
  }
}
