package dev.ferryman.crds.livemigration;

/** What has to be at a path. */
public enum FileKind {
  /** Anything but a directory. */
  File,
  Directory,
  CharacterDevice,
  Socket
}
