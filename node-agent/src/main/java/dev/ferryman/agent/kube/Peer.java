package dev.ferryman.agent.kube;

import org.jspecify.annotations.Nullable;

/**
 * What an agent needs to know of another host to deal with its libvirt.
 *
 * @param migrationAddress where it wants the data stream of migrations to it; null: libvirt's
 *     choice
 * @param hostUUID by which its libvirt is known for the right one; null: not published
 */
public record Peer(@Nullable String migrationAddress, @Nullable String hostUUID) {
  /** A host of which nothing is published. */
  public static final Peer UNKNOWN = new Peer(null, null);
}
