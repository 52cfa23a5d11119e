package dev.ferryman.crds.livemigration;

/** How the guest is handed over in an attempt. */
public enum SwitchoverMode {
  /**
   * By libvirt: it starts the destination's copy by itself, and if the reply to that is lost, it
   * lets the source's go on too.
   */
  Fast,
  /**
   * By Ferryman: the destination's copy stands still (libvirt: VIR_MIGRATE_PAUSED) until the
   * source's is proved to be gone.
   */
  Strict
}
