package dev.ferryman.agent.journal;

/**
 * An image that the destination makes for a disk that is copied; noted before it is made.
 *
 * @param target device name in the guest
 * @param link a name of it that only the attempt has
 * @param ownsDirectory whether its directory is made with it
 * @param bytes that the copy may take
 */
public record PreparedDisk(
    String target, String path, String link, boolean ownsDirectory, long bytes) {}
