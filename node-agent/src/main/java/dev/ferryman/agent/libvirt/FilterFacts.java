package dev.ferryman.agent.libvirt;

/**
 * A network filter of a host.
 *
 * @param uuid libvirt's on this host
 * @param hash SHA-256 of its content, whatever its UUID and layout
 */
public record FilterFacts(String uuid, String hash) {}
