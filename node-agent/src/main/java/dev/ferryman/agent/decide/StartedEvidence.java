package dev.ferryman.agent.decide;

import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Started;

/** Judges whether the destination's copy has ever executed. */
public final class StartedEvidence {
  private StartedEvidence() {}

  /**
   * What the destination host knows of how it got here.
   *
   * @param resumed whether libvirt reported that the copy was started
   * @param everyEventSeen whether no event can have been missed since checking: same boot, same
   *     daemon, same agent, connection never lost
   * @param persistent whether the guest has a definition, which libvirt stores at the destination
   *     before it starts the CPUs
   * @param definitionSeen whether a definition of the guest was there already while checking, or
   *     has been seen since: that there is none now proves nothing then
   * @param discarded whether this host has removed the copy, when it was proved never to have run
   * @param heldBack whether libvirt leaves the copy paused and nobody has asked it to go on:
   *     Strict, and no such request in the journal; or the guest was paused before the move
   */
  public record History(
      boolean resumed,
      boolean everyEventSeen,
      boolean persistent,
      boolean definitionSeen,
      boolean discarded,
      boolean heldBack) {}

  /** What the destination host itself can prove. */
  public static Started judge(DomainReport now, String attemptUID, History history) {
    var ours = attemptUID.equals(now.attemptMark());
    if (history.resumed() || (ours && now.state().runs())) {
      return Started.Started;
    }
    if (now.state().isActive() && !ours) {
      return Started.Unknown;
    }
    if (history.discarded() && now.state() == DomainState.Absent) {
      return Started.NeverStarted;
    }
    if (history.everyEventSeen() || history.heldBack()) {
      return Started.NeverStarted;
    }
    var neverDefined =
        history.persistent() && !history.definitionSeen() && now.state() == DomainState.Absent;
    return neverDefined ? Started.NeverStarted : Started.Unknown;
  }
}
