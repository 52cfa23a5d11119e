package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.OrderGuard;
import dev.ferryman.agent.decide.OrderGuard.Permission;
import dev.ferryman.agent.decide.StandstillEvidence;
import dev.ferryman.agent.journal.Stage;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceOrder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Does with the source's copy what the operator orders, after a last look at it. */
final class SourceOrders {
  private final Role role;

  SourceOrders(Role role) {
    this.role = role;
  }

  /**
   * Carries the order out, if the copy still is what it was given for.
   *
   * @param jobActive whether libvirt still works on the domain
   * @param justResumed tells whether the copy, as it is now, runs only since a moment ago
   */
  void carryOut(SourceOrder order, boolean jobActive, Predicate<DomainReport> justResumed) {
    var now = look();
    var permission =
        OrderGuard.permit(
            order, now, new OrderGuard.Source(journaled(), jobActive, justResumed.test(now)));
    if (permission == Permission.Act) {
      act(order, now);
    }
    role.host.listener().settled(role.migration, "source: " + order + ": " + permission);
  }

  /**
   * Whether the guest has left this host, and a definition of it is the destination's: after a
   * success, or where it was lost in post-copy while this host was fenced and could not be asked.
   */
  boolean oweUndefine() {
    var settlement = role.status().settlement();
    var fenced = settlement != null && settlement.sourceFencedBootID() != null;
    return role.phase() == Phase.Succeeded
        || (fenced
            && role.status().conditions().stream()
                .anyMatch(condition -> Reason.GuestLost.name().equals(condition.getReason())));
  }

  /** A host that was silent when the move was settled owes this by its journal. */
  void undefineLeftover() {
    var entry = role.entry();
    if (entry != null
        && entry.stage() == Stage.Ended
        && OrderGuard.permit(SourceOrder.Undefine, look(), known()) == Permission.Act) {
      role.host.hypervisor().undefine(role.instanceUUID);
      role.host
          .listener()
          .settled(role.migration, "source: removed the definition that the move left");
    }
  }

  /**
   * The same where nobody tells how the move ended: only what libvirt says has left by migrating.
   */
  void undefineMigrated() {
    var now = look();
    if (StandstillEvidence.MIGRATED.equals(now.reason())
        && OrderGuard.permit(SourceOrder.Undefine, now, known()) == Permission.Act) {
      role.host.hypervisor().undefine(role.instanceUUID);
    }
  }

  /** What is known of the copy for a last look at it. */
  OrderGuard.Source known() {
    return new OrderGuard.Source(journaled(), false, false);
  }

  private @Nullable DomainReport journaled() {
    var entry = role.entry();
    var baseline = entry == null ? null : entry.baseline();
    return baseline == null ? null : baseline.domain();
  }

  private DomainReport look() {
    return Domains.report(role.host.hypervisor().domain(role.instanceUUID));
  }

  private void act(SourceOrder order, DomainReport now) {
    var hypervisor = role.host.hypervisor();
    switch (order) {
      // That one takes its time: PostCopyRecovery has it done by now.
      case None, ResumePostCopy -> {}
      case DestroyRemains -> hypervisor.destroy(role.instanceUUID);
      case Resume -> hypervisor.resume(role.instanceUUID);
      case Undefine -> hypervisor.undefine(role.instanceUUID);
      case Destroy -> {
        if (now.state().isActive()) {
          hypervisor.destroy(role.instanceUUID);
        }
        if (hypervisor.domain(role.instanceUUID).isPresent()) {
          hypervisor.undefine(role.instanceUUID);
        }
      }
    }
  }
}
