package dev.ferryman.agent.journal;

import org.jspecify.annotations.Nullable;

/**
 * The host whose copy must be gone before the destination's goes on.
 *
 * @param host name of its HostResource
 * @param hostUUID by which its libvirt is known for the right one; null: not published
 * @param persistent whether the guest has a definition there, which goes when it has left
 */
public record Giver(String host, @Nullable String hostUUID, boolean persistent) {}
