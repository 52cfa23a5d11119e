package dev.ferryman.crds.livemigration;

/** How the guest is to be handed over; what each guarantees and costs is in the README. */
public enum Switchover {
  /**
   * {@link SwitchoverMode#Fast} if every writable disk has an image lock that both hosts honour,
   * else {@link SwitchoverMode#Strict}.
   */
  Auto,
  /** As {@link SwitchoverMode#Fast}, also where nothing protects the guest. */
  Fast,
  /** As {@link SwitchoverMode#Strict}. */
  Strict
}
