package dev.ferryman.crds.livemigration;

/** How the guest's memory is compressed on its way. */
public enum Compression {
  None,
  /** Each page of each connection by itself; libvirt 9.4.0 and later. */
  Zstd,
  /** Pages that are sent again are sent as what has changed in them. */
  Xbzrle
}
