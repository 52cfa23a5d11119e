package dev.ferryman.agent.libvirt;

/**
 * A volume of one of a host's storage pools.
 *
 * @param type what a disk is that has the path for its source: file, block; else as libvirt calls
 *     the volume: dir, network
 */
public record VolumeFacts(String type, String path) {}
