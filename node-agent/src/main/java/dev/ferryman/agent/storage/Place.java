package dev.ferryman.agent.storage;

/**
 * What is where an image would be made.
 *
 * @param taken whether there is anything of its name
 * @param hasDirectory whether its directory is there
 * @param hasParent whether the directory of that one is
 * @param fileSystem what tells the file system from others
 */
public record Place(
    boolean taken,
    boolean hasDirectory,
    boolean hasParent,
    String fileSystem,
    long availableBytes) {}
