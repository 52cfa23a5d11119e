package dev.ferryman.crds.livemigration;

/** What is done about disks that the destination does not share with the source. */
public enum StorageMode {
  /** The move is refused, by the disk's name. */
  Shared,
  /** libvirt copies them, into images that the destination's agent makes. */
  Copy
}
