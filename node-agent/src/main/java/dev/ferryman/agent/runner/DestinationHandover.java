package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.OrderGuard;
import dev.ferryman.agent.decide.OrderGuard.Permission;
import dev.ferryman.agent.journal.Giver;
import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.agent.libvirt.HypervisorException;
import dev.ferryman.crds.livemigration.DestinationOrder;
import dev.ferryman.crds.livemigration.DestinationReportBuilder;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.SinceSwitchover;
import dev.ferryman.crds.livemigration.SourceReport;
import dev.ferryman.crds.livemigration.Switched;
import dev.ferryman.crds.livemigration.Switchover;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The destination's copy in a Strict switch-over: it holds the guest and stands still until the
 * source's is proved to have left without going on there, by its agent's word or by its libvirt's,
 * whichever comes first. That the source's is gone alone is not enough: libvirt may have let it go
 * on before it ended, and then this copy is older than what is on the disks.
 */
final class DestinationHandover {
  private static final Logger LOG = LoggerFactory.getLogger(DestinationHandover.class);

  /** The agent's word is the fast one; libvirt's own follows some 200 ms later. */
  private static final Duration FIRST_QUESTION = Duration.ofMillis(400);

  private static final Duration LAST_PAUSE = Duration.ofSeconds(5);

  private final Role role;
  private final Supplier<@Nullable SourceReport> source;

  /** Whether a copy may stand here that waits to be resumed. */
  private boolean copyWaits;

  /** Whether the source's libvirt has said that its copy has left. */
  private boolean toldByLibvirt;

  private boolean asking;

  /** When libvirt's part was over ({@code nanoTime}); null: this agent did not see it. */
  private @Nullable Long completeSince;

  private @Nullable Duration held;

  DestinationHandover(Role role, Supplier<@Nullable SourceReport> source) {
    this.role = role;
    this.source = source;
  }

  /**
   * Notes in the journal who has to be gone first, if this is to be a Strict switch-over of a
   * running guest: what is owed to the guest then does not depend on the LiveMigration any more.
   */
  void prepare(Needs needs, boolean imageLocks) {
    var ordered = role.migration.getSpec().switchoverOrAuto();
    var strict = ordered == Switchover.Strict || (ordered == Switchover.Auto && !imageLocks);
    if (strict && !Boolean.TRUE.equals(needs.paused())) {
      var name = Objects.requireNonNull(role.status().sourceHost(), "sourceHost of an attempt");
      var giver =
          new Giver(
              name, role.host.api().peer(name).hostUUID(), Boolean.TRUE.equals(needs.persistent()));
      role.record(entry -> entry.withGiver(giver));
    }
  }

  /** Whether the copy that is to come, or has come, is left paused by libvirt and not resumed. */
  boolean isHeldBack() {
    var entry = role.entry();
    return entry != null && entry.giver() != null && !entry.resumeAsked() && !entry.resumed();
  }

  /** libvirt has told that the copy is paused: it does when it is complete, and before not. */
  void paused() {
    if (isToResume()) {
      completeSince = role.host.nanoTime().getAsLong();
    }
    look();
  }

  /** For how long the complete copy stood still before it was let go on, if it is known. */
  DestinationReportBuilder tellHowLongHeld(DestinationReportBuilder report) {
    return held == null ? report : report.heldMilliseconds(held.toMillis());
  }

  /** Something has happened to the copy, or may have: it is looked for. */
  void look() {
    copyWaits = true;
    if (isToResume() && !hasSourceLeft() && !asking) {
      asking = true;
      askAfter(FIRST_QUESTION);
    }
  }

  /** Whether a copy may wait here and nothing keeps it waiting. */
  boolean isResumeDue() {
    return copyWaits && isToResume() && hasSourceLeft();
  }

  private boolean isToResume() {
    var entry = role.entry();
    return entry != null && entry.giver() != null && !entry.resumed();
  }

  private boolean hasSourceLeft() {
    var report = source.get();
    return toldByLibvirt
        || (report != null
            && report.switched() == Switched.Gone
            && report.sinceSwitchover() == SinceSwitchover.StoodStill);
  }

  /**
   * Lets the guest go on, if its copy stands here whole; that it is asked for is journaled before.
   */
  Permission resume() {
    copyWaits = false;
    var hypervisor = role.host.hypervisor();
    var permission = permit(DestinationOrder.Resume, hypervisor.domain(role.instanceUUID));
    if (permission == Permission.Act) {
      role.record(entry -> entry.withResumeAsked(true));
      try {
        hypervisor.resume(role.instanceUUID);
        var since = completeSince;
        if (since != null && held == null) {
          held = Duration.ofNanos(role.host.nanoTime().getAsLong() - since);
        }
      } catch (HypervisorException e) {
        copyWaits = true;
        throw e;
      }
    }
    return permission;
  }

  private void askAfter(Duration pause) {
    role.wakeAfter(
        pause,
        () -> {
          if (!isToResume() || hasSourceLeft()) {
            asking = false;
            role.proceed();
          } else {
            askIfWhole(pause);
          }
        });
  }

  private void askIfWhole(Duration pause) {
    try {
      if (isWhole()) {
        role.host.markers().threads().execute(() -> ask(pause));
      } else {
        asking = false;
      }
    } catch (HypervisorException noAnswer) {
      LOG.debug("this host's libvirt does not show the copy of {} now", role.attemptUID, noAnswer);
      askAgainAfter(pause);
    }
  }

  private void askAgainAfter(Duration pause) {
    var longer = pause.multipliedBy(2);
    askAfter(longer.compareTo(LAST_PAUSE) < 0 ? longer : LAST_PAUSE);
  }

  private boolean isWhole() {
    return permit(DestinationOrder.Resume, role.host.hypervisor().domain(role.instanceUUID))
        == Permission.Act;
  }

  /** Whether the copy, as it is now, may be dealt with so. */
  Permission permit(DestinationOrder order, Optional<DomainFacts> domain) {
    var incoming = domain.map(DomainFacts::incoming).orElse(false);
    return OrderGuard.permit(order, Domains.report(domain), incoming, role.attemptUID);
  }

  /** On a thread that may be kept waiting. */
  private void ask(Duration pause) {
    var left = hasLeftByLibvirt();
    role.perform(
        () -> {
          toldByLibvirt = toldByLibvirt || left;
          if (left) {
            asking = false;
            copyWaits = true;
            role.proceed();
          } else {
            askAgainAfter(pause);
          }
        });
  }

  private boolean hasLeftByLibvirt() {
    var entry = role.entry();
    var giver = entry == null ? null : entry.giver();
    var uuid = giver == null ? null : giver.hostUUID();
    if (giver == null || uuid == null) {
      return false;
    }
    try {
      return role.host
          .hypervisor()
          .hasLeft(
              role.host.transport().uri(giver.host()), uuid, role.instanceUUID, giver.persistent());
    } catch (HypervisorException | IllegalArgumentException e) {
      LOG.debug("the source's libvirt cannot be asked for {}", role.attemptUID, e);
      return false;
    }
  }

  /**
   * Whether a copy stands here, or is on its way in, that would wait for ever without this agent.
   */
  boolean holdsCopy() {
    var domain = role.host.hypervisor().domain(role.instanceUUID);
    return isToResume()
        && domain.isPresent()
        && domain.get().state() == DomainState.Paused
        && role.attemptUID.equals(domain.get().attemptMark());
  }
}
