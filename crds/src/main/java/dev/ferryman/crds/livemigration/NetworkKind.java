package dev.ferryman.crds.livemigration;

/** To what kind of network an interface is attached. */
public enum NetworkKind {
  /** A network of libvirt's. */
  Network,
  /** A bridge, or another interface of the host. */
  Interface
}
