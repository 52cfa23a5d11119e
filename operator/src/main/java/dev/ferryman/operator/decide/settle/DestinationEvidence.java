package dev.ferryman.operator.decide.settle;

import org.jspecify.annotations.Nullable;

/** What is proved about the destination's copy of the guest, for this very attempt. */
public sealed interface DestinationEvidence {

  /** It runs, and needs the source no more. */
  record Running() implements DestinationEvidence {}

  /**
   * It runs in post-copy: a part of its memory is at the source still, which it needs.
   *
   * @param failed whether libvirt holds the stream for broken; after a restart it does so before it
   *     has looked
   */
  record RunningInPostCopy(boolean failed) implements DestinationEvidence {}

  /**
   * It has run and is paused now.
   *
   * @param since what has paused it since it arrived, in libvirt's words; null where that is not
   *     known, or a migration may have done it
   */
  record StartedPaused(@Nullable String since) implements DestinationEvidence {}

  /**
   * It has run and has ended since.
   *
   * @param defined whether its definition is there
   */
  record StartedEnded(SourceEvidence.GuestEnd end, boolean defined)
      implements DestinationEvidence {}

  /**
   * It has never run and is not active.
   *
   * @param left how the copy ended whose definition is left; null: the attempt left none
   */
  record NeverStarted(SourceEvidence.@Nullable GuestEnd left) implements DestinationEvidence {
    /** Whether the attempt left a definition. */
    public boolean defined() {
      return left != null;
    }
  }

  /** It is there, inactive, and nobody can tell any more whether it ever ran. */
  record InactiveUnproved(SourceEvidence.GuestEnd end) implements DestinationEvidence {}

  /**
   * It is there, inactive, and its definition is the guest's last one: libvirt has stored it in
   * post-copy, where the source's copy could run no more. Nobody can tell whether the guest went on
   * here, nor whether all of its memory had come.
   */
  record LastDefinition(SourceEvidence.GuestEnd end) implements DestinationEvidence {}

  /** It is not there, and nobody can tell any more whether it ever ran there. */
  record AbsentUnproved() implements DestinationEvidence {}

  /**
   * It holds the whole guest and stands still.
   *
   * @param neverRan whether it is proved that it has never run
   */
  record CompletePaused(boolean neverRan) implements DestinationEvidence {}

  /** It stands still and libvirt may yet finish, or discard, it. */
  record IncomingPaused() implements DestinationEvidence {}

  /** Its host is silent. */
  record Silent() implements DestinationEvidence {}

  /** Its host speaks, but cannot tell, or shows a domain that is not this attempt's. */
  record Unclear() implements DestinationEvidence {}
}
