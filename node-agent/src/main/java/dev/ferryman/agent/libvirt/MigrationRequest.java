package dev.ferryman.agent.libvirt;

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
 * @param bandwidthMiBPerSecond cap on the copying; 0: none
 * @param copiedDisks device names of the disks that are copied (VIR_MIGRATE_NON_SHARED_INC); the
 *     destination has images for them already
 * @param autoConverge whether QEMU may slow the guest's CPUs down (VIR_MIGRATE_AUTO_CONVERGE)
 */
public record MigrationRequest(
    String uuid,
    String destinationUri,
    String dataUri,
    String destinationXml,
    String persistentXml,
    boolean encrypted,
    boolean leftPaused,
    int bandwidthMiBPerSecond,
    boolean autoConverge,
    List<String> copiedDisks) {

  /** A request without a cap, for a guest that is not slowed down. */
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
        0,
        false,
        List.of());
  }

  /** The same, steered so. */
  public MigrationRequest steered(int mibPerSecond, boolean throttled) {
    return new MigrationRequest(
        uuid,
        destinationUri,
        dataUri,
        destinationXml,
        persistentXml,
        encrypted,
        leftPaused,
        mibPerSecond,
        throttled,
        copiedDisks);
  }

  /** The same, with these disks copied. */
  public MigrationRequest copying(List<String> disks) {
    return new MigrationRequest(
        uuid,
        destinationUri,
        dataUri,
        destinationXml,
        persistentXml,
        encrypted,
        leftPaused,
        bandwidthMiBPerSecond,
        autoConverge,
        disks);
  }

  public boolean persistent() {
    return !persistentXml.isEmpty();
  }
}
