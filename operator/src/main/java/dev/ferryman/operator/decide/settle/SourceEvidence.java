package dev.ferryman.operator.decide.settle;

import dev.ferryman.crds.livemigration.SinceSwitchover;

/** What is proved about the source's copy of the guest. */
public sealed interface SourceEvidence {

  /** libvirt was never asked to migrate, and never will be for this attempt. */
  record NotStarted() implements SourceEvidence {}

  /** It ran, or stood, through the whole attempt without handing over. */
  record NeverStopped(boolean paused) implements SourceEvidence {}

  /**
   * It cannot run again by itself.
   *
   * @param end how it came to that, as far as libvirt tells
   * @param defined whether a definition of it is there
   * @param since what it had done since it was stopped for the switch-over
   */
  record Gone(GuestEnd end, boolean defined, SinceSwitchover since) implements SourceEvidence {}

  /**
   * It may have handed over.
   *
   * @param justResumed whether it runs only since libvirt let it go on, less than a minute before
   *     its host said so: what it has done since is little
   */
  record MayHaveSwitched(Standing standing, boolean justResumed) implements SourceEvidence {}

  /**
   * Its host is silent, and the administrator has declared that boot of it over.
   *
   * @param wentOn whether the host's last word was that the copy went on there after libvirt's call
   */
  record Fenced(boolean wentOn) implements SourceEvidence {}

  /** Its host is silent. */
  record Silent() implements SourceEvidence {}

  /** Its host speaks, but its word does not fit together. */
  record Unclear() implements SourceEvidence {}

  /** How a copy that is still there stands. */
  enum Standing {
    Running,
    /** Paused by the migration itself. */
    PausedByMigration,
    /**
     * Paused by its agent so that its copying ends, or by a person after libvirt had let it go on:
     * that it has stood still since is not proved.
     */
    PausedToFinish,
    /** Paused for another reason: by the user, an I/O error, ... */
    PausedOtherwise,
    /** The guest has gone on at the destination, which fetches from here what it has not yet. */
    PostCopy,
    /** The same, and libvirt has lost sight of the stream: it has broken, or goes on unattended. */
    PostCopyFailed;

    /** Whether it holds a part of the guest only: it can never run, and may still be needed. */
    public boolean isHalf() {
      return this == PostCopy || this == PostCopyFailed;
    }
  }

  /** How a domain ended. */
  enum GuestEnd {
    /** libvirt says, or nothing contradicts, that it left by migrating. */
    Migrated,
    Stopped,
    Crashed,
    /** In post-copy, when the guest was not whole on either host: it is lost. */
    InPostCopy
  }
}
