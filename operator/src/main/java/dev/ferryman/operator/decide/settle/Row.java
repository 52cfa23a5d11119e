package dev.ferryman.operator.decide.settle;

/** The rows of the settling table; each has its sentence for people. */
public enum Row {
  NotStarted("libvirt was never called"),
  MovedAndLeftPaused("the guest is at the destination, paused as it was before"),
  Moved("the guest runs at the destination"),
  ResumeDestination(
      "the source's copy is gone; the destination's holds the guest and stands still"),
  MovedAndPausedSince("the guest has run at the destination and is paused there now"),
  DiscardStaleCopy(
      "the guest went on at the source and has ended there; the destination's copy is older than"
          + " its disks"),
  LeftoverDefinition("the guest runs at the destination; its definition is left at the source"),
  EndedAfterMove("the guest has ended at the destination, after the move"),
  Nowhere("no copy of the guest is on either host any more, or none that could run"),
  EndedBeforeResume(
      "the source has handed the guest over, and the destination's copy has ended before it ran"),
  EndedDuringMove("the guest has ended at the source, during the move"),
  LeftoverAtDestination("the guest has ended; the attempt left a definition at the destination"),
  DestinationUnverified("the source has handed over, the destination's host is silent"),
  Untouched("the guest stayed at the source"),
  DiscardDefinition("the guest is at the source; a definition is left at the destination"),
  DestinationLost("the guest stayed at the source, the destination's host is silent"),
  DiscardPausedCopy("the guest was paused before; the destination's copy is discarded"),
  DiscardWaitingCopy("the guest runs at the source; the destination's copy has never run"),
  SourceJustResumed(
      "the guest runs at the destination; libvirt has let the source's copy go on beside it"),
  SplitBrain("the guest runs on both hosts"),
  FinishQueued("the guest runs at the source, libvirt still holds a copy at the destination"),
  RunsOnAtSource("the guest runs at the source"),
  RunsOnUnproved(
      "whether the copy at the destination ran for a moment is not known; the guest runs at the"
          + " source and nowhere else"),
  BothRan(
      "the guest runs at the source; its copy at the destination ran beside it for a time and has"
          + " ended: look at its disks"),
  SourceSuperseded("the guest runs at the destination; the source's paused copy must not go on"),
  SourceYields("both copies stand still, and the destination's is to go on"),
  ResumeSource("the guest stands still at the source and never ran at the destination"),
  StaysPausedAtSource("the guest is at the source, paused as it was before"),
  SourceUnverified("the guest runs at the destination, the source's host is silent"),
  SourceSilent("the source's host is silent, a copy stands still at the destination"),
  SourceFenced("the source's host is fenced"),
  InPostCopy("the guest runs at the destination, and the rest of its memory comes from the source"),
  PostCopyBroken(
      "the guest runs at the destination in post-copy, and the stream with the rest of its memory"
          + " has broken"),
  PostCopyDone(
      "the guest has all of its memory at the destination; what stands at the source is needed no"
          + " more"),
  PostCopyEnding(
      "the source's copy is gone, and the destination has not said yet that it has all of the"
          + " guest's memory"),
  HalfAtSilentSource(
      "the guest runs at the destination in post-copy, and the host that has the rest of its"
          + " memory is silent"),
  HalfAtSilentDestination(
      "the source has a part of the guest's memory, and the host where the guest has gone on, in"
          + " post-copy, is silent"),
  LookForRest(
      "the source's copy is gone, and the destination's had not all of the guest's memory when it"
          + " was last looked at"),
  DiscardRemains(
      "the destination's copy has ended in post-copy; what is left at the source is no whole guest"
          + " and can never run"),
  LostLeftover(
      "the guest was lost in post-copy and is defined at the destination; its definition is left at"
          + " the source"),
  LeftoverOfPostCopy(
      "the guest had gone over to post-copy, has ended, and is defined at the destination; its"
          + " definition is left at the source"),
  EndedSincePostCopy(
      "the guest had gone over to post-copy and has ended; whether all of its memory had come by"
          + " then is not known"),
  GuestLost(
      "the guest was lost in post-copy: the half of it that one of the hosts held is gone, and the"
          + " other is no whole guest"),
  OutcomeUnknown("what both hosts say does not prove where the guest is");

  private final String sentence;

  Row(String sentence) {
    this.sentence = sentence;
  }

  /** What the row means, for people. */
  public String sentence() {
    return sentence;
  }
}
