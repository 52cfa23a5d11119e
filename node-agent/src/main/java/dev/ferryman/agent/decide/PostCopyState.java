package dev.ferryman.agent.decide;

import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import org.jspecify.annotations.Nullable;

/**
 * Whether a domain is half of a guest in post-copy, by libvirt's reason of its state: the source's
 * stands still, the destination's runs, and neither is whole without the other.
 */
public enum PostCopyState {
  /** It is no such half. */
  None,
  /** Its memory is on the way; libvirt watches that, or QEMU goes on by itself. */
  UnderWay,
  /**
   * QEMU has told libvirt that the stream has broken, or libvirt has lost the other side: then the
   * stream may be alive all the same.
   */
  Broken;

  private static final String UNDER_WAY = "post-copy";
  private static final String BROKEN = "post-copy failed";

  /** As libvirt shows the domain. */
  public static PostCopyState of(DomainReport now) {
    return of(now.state(), now.reason());
  }

  /** By libvirt's state and its reason. */
  public static PostCopyState of(DomainState state, @Nullable String reason) {
    if (state != DomainState.Paused && !state.runs()) {
      return None;
    }
    return BROKEN.equals(reason) ? Broken : UNDER_WAY.equals(reason) ? UnderWay : None;
  }

  /** Whether the domain is such a half. */
  public boolean isHalf() {
    return this != None;
  }
}
