package dev.ferryman.operator.reconciler;

import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.operator.decide.Migration;
import dev.ferryman.operator.decide.settle.DestinationEvidence;
import dev.ferryman.operator.decide.settle.DestinationEvidence.RunningInPostCopy;
import dev.ferryman.operator.decide.settle.Evidence;
import dev.ferryman.operator.decide.settle.Row;
import dev.ferryman.operator.decide.settle.SourceEvidence;

/**
 * What a person may do about a move whose outcome is not proved. Nobody is ever told to end the
 * only copy of a guest, nor to start a second one.
 */
final class WaysOut {
  private static final String THEN = " Ferryman settles on what it then sees.";

  private final String source;
  private final String destination;
  private final Evidence evidence;

  private WaysOut(Migration migration, Evidence evidence) {
    this.source = String.valueOf(migration.status().sourceHost());
    this.destination = String.valueOf(migration.status().destinationHost());
    this.evidence = evidence;
  }

  static String of(Migration migration, Row row, Evidence evidence) {
    return new WaysOut(migration, evidence).of(row);
  }

  private String of(Row row) {
    return switch (row) {
      case DestinationUnverified ->
          "It ends when " + destination + " answers; nothing is touched on " + source + ".";
      case SourceUnverified -> sourceAnswers();
      case SourceSilent ->
          evidence.strict() ? sourceAnswers() : "It ends when " + source + " answers.";
      case InPostCopy ->
          "That has lasted for more than "
              + Settler.UNATTENDED.toMinutes()
              + " minutes: see whether the guest answers, and whether what remains grows less"
              + " ('virsh domjobinfo' on "
              + source
              + "). If neither does, the guest cannot be brought together any more: 'virsh destroy'"
              + " its half on "
              + destination
              + ", and start it anew once Ferryman has cleaned up.";
      case PostCopyBroken ->
          source
              + " has libvirt try again and again: mend the link between the hosts. If libvirt"
              + " keeps refusing (its words are in the log of "
              + source
              + "'s agent), or does not come back from a try, the guest cannot be brought together"
              + " any more: 'virsh destroy' its half on "
              + destination
              + ", and start it anew once Ferryman has cleaned up.";
      case LostLeftover -> endTheRestOrFreeLibvirt();
      case HalfAtSilentSource ->
          "It goes on when "
              + source
              + " answers; destroy nothing on either host. If "
              + source
              + " is lost, the guest is too: power that host off and fence it (spec.fenced.bootID"
              + " of its HostResource), and Ferryman says so.";
      case HalfAtSilentDestination ->
          "It goes on when "
              + destination
              + " answers. What is on "
              + source
              + " cannot run by itself; only if "
              + destination
              + " is lost for good, and the guest with it, 'virsh destroy' it there and start the"
              + " guest from its definition.";
      case PostCopyEnding ->
          "It ends when "
              + destination
              + " says that it has the whole guest ('virsh domstate --reason': running (migrated))."
              + " If it says post-copy failed and stays so, a part of the memory is lost with what"
              + " was on "
              + source
              + ": 'virsh destroy' the rest on "
              + destination
              + " and start the guest from its definition."
              + THEN;
      case SplitBrain ->
          evidence.destination() instanceof RunningInPostCopy
              ? halves()
              : "Two copies run: power one off ('virsh destroy' on "
                  + source
                  + " keeps what the guest did on "
                  + destination
                  + " since the switch-over, and the reverse). Ferryman touches neither.";
      case FinishQueued -> "It ends when libvirt on " + destination + " has finished.";
      default -> bySource();
    };
  }

  /** libvirt 9.0 may hold a migration for running whose QEMU is gone, until it is started anew. */
  private String endTheRestOrFreeLibvirt() {
    return "If libvirt on "
        + source
        + " does not do it, it "
        + (evidence.destination() instanceof RunningInPostCopy
            ? "waits for the other half: end what is left of the guest on "
                + destination
                + " ('virsh destroy' there)."
            : "still waits for the migration that is over: start libvirtd on "
                + source
                + " anew; its guests go on meanwhile.");
  }

  private String bySource() {
    var proved = evidence.source();
    if (proved instanceof SourceEvidence.Gone || proved instanceof SourceEvidence.Fenced) {
      return isPerhapsStale(proved) ? whichIsNewer() : showsCopy() ? keepTheCopy() : noCopyIsSeen();
    }
    if (proved instanceof SourceEvidence.Silent) {
      return sourceAnswers()
          + " Start or resume nothing on "
          + destination
          + " before: the guest may still run on "
          + source
          + ".";
    }
    if (proved instanceof SourceEvidence.Unclear) {
      return "Destroy neither copy before 'virsh domstate --reason' on both hosts tells which of"
          + " them holds the guest."
          + THEN;
    }
    if (isHalf(proved) || evidence.destination() instanceof RunningInPostCopy) {
      return halves();
    }
    return evidence.destination() instanceof DestinationEvidence.Silent
        ? destinationSilent()
        : eitherCopy(proved instanceof SourceEvidence.NeverStopped);
  }

  private static boolean isHalf(SourceEvidence proved) {
    return proved instanceof SourceEvidence.MayHaveSwitched maybe && maybe.standing().isHalf();
  }

  private String halves() {
    return "The guest is in post-copy, and what is on "
        + source
        + " cannot run by itself. As long as there is a copy on "
        + destination
        + ", destroy neither: each is a part of the guest. If there is none any more, the guest is"
        + " lost: 'virsh destroy' what is left on "
        + source
        + " and start the guest from its definition, on one host only."
        + THEN;
  }

  private boolean isPerhapsStale(SourceEvidence proved) {
    return evidence.destination() instanceof DestinationEvidence.CompletePaused
        && ((proved instanceof SourceEvidence.Gone gone
                && gone.since() != SinceSwitchover.StoodStill)
            || (proved instanceof SourceEvidence.Fenced fenced && fenced.wentOn()));
  }

  private String whichIsNewer() {
    return "Whether the guest went on at "
        + source
        + " after the switch-over is not known. If it did (its log or its disks tell of later"
        + " work), end the copy on "
        + destination
        + " ('virsh destroy' there) and start the guest from its definition: the copy is older than"
        + " the disks. If it did not, resume the copy there ('virsh resume')."
        + THEN;
  }

  private String sourceAnswers() {
    return "It ends when "
        + source
        + " answers, or when that host is powered off and fenced (spec.fenced.bootID of its"
        + " HostResource).";
  }

  private boolean showsCopy() {
    var shown = evidence.destination();
    return !(shown instanceof DestinationEvidence.Silent
        || shown instanceof DestinationEvidence.AbsentUnproved
        || (shown instanceof DestinationEvidence.NeverStarted never && !never.defined())
        || (shown instanceof DestinationEvidence.StartedEnded ended && !ended.defined()));
  }

  /** Nothing at the source can run: what the destination has is all that there is. */
  private String keepTheCopy() {
    return "Do not destroy the copy on "
        + destination
        + ": no other is known. Resume it there ('virsh resume'), or start it there if it is shut"
        + " off ('virsh start')."
        + THEN;
  }

  private String noCopyIsSeen() {
    return "No copy is seen on either host: look for one on "
        + destination
        + ", and if there is none, start the guest on one host only, from the definition that is"
        + " left or from a backup of it.";
  }

  private String destinationSilent() {
    return "It ends when "
        + destination
        + " answers. Resume the copy on "
        + source
        + " only once "
        + destination
        + " is powered off: the guest may run there, and what it has done there would be lost.";
  }

  private String eitherCopy(boolean untouched) {
    return "Either end the copy on "
        + destination
        + (untouched
            ? " ('virsh destroy' there): the guest has never stopped on " + source
            : " ('virsh destroy' there, then 'virsh resume' on "
                + source
                + "): the guest goes on as it was at the switch-over")
        + "; or, if the guest runs on "
        + destination
        + ", end the copy on "
        + source
        + "."
        + THEN;
  }
}
