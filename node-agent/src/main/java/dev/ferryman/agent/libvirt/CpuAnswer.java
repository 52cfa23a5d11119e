package dev.ferryman.agent.libvirt;

/**
 * What a host's hypervisor says of a CPU.
 *
 * @param words libvirt's own, of a CPU that cannot be had or not be judged; else empty
 */
public record CpuAnswer(Kind kind, String words) {
  /** libvirt's virCPUCompareResult. */
  public enum Kind {
    Identical,
    /** The host can more than is asked for. */
    Superset,
    Incompatible,
    /** libvirt cannot say: it is too old, or does not know the kind of CPU. */
    Unknown
  }
}
