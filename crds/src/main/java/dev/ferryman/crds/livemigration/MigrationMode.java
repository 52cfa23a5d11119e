package dev.ferryman.crds.livemigration;

/** How the guest was brought over. */
public enum MigrationMode {
  /** It ran until the switch-over, while its memory was copied. */
  PreCopy,
  /** It was paused before the switch-over, so that its copying ended. */
  Paused,
  /** It went on at the destination before the rest of its memory was there. */
  PostCopy
}
