package dev.ferryman.agent.runner;

import dev.ferryman.agent.journal.JournalEntry;
import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.crds.livemigration.Started;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What this host still owes once the LiveMigration has gone and nobody tells how it ended. */
final class DestinationOrphan {
  /** A call that was announced has brought its copy by then, or never will. */
  private static final Duration ARRIVAL = Duration.ofSeconds(60);

  private final Role role;
  private final DestinationHandover handover;
  private final DestinationCopy copy;
  private final DestinationDisks disks;
  private @Nullable Long since;
  private boolean turnedOver;

  DestinationOrphan(
      Role role, DestinationHandover handover, DestinationCopy copy, DestinationDisks disks) {
    this.role = role;
    this.handover = handover;
    this.copy = copy;
    this.disks = disks;
  }

  /** Whether there is nothing more to wait for; images that nobody needs are removed then. */
  boolean isOver(JournalEntry entry) {
    var now = role.host.nanoTime().getAsLong();
    if (since == null) {
      since = now;
    }
    var early = now - since < ARRIVAL.toNanos();
    // Without this agent a copy that was left paused would never go on.
    var copyMayWait = entry.giver() != null && !entry.resumed() && (early || handover.holdsCopy());
    if (copyMayWait && !early) {
      turnOver("let it go on ('virsh resume')");
    }
    return !copyMayWait
        && isPausedSettled(entry, early)
        && (!disks.areOwed() || areDisksSettled(early));
  }

  /** A guest that was paused before comes paused, also when its move has been called off. */
  private boolean isPausedSettled(JournalEntry entry, boolean early) {
    if (!entry.paused() || copy.hasSourceGone()) {
      return true;
    }
    var domain = role.host.hypervisor().domain(role.instanceUUID);
    if (early || domain.map(DomainFacts::incoming).orElse(false)) {
      return false;
    }
    if (copy.isLeftPaused(domain)) {
      turnOver("keep it");
    }
    return true;
  }

  /** Neither the API nor the source's libvirt tells that its copy is gone: a person can look. */
  private void turnOver(String otherwise) {
    if (!turnedOver) {
      turnedOver = true;
      role.host
          .listener()
          .orphaned(
              role.migration,
              "a copy of the instance stands still on "
                  + role.host.name()
                  + ", and nobody tells that its source is gone: "
                  + otherwise
                  + " if the instance is nowhere else, else end it ('virsh destroy')");
    }
  }

  /** The guest never left its source in this attempt. */
  void removeDisksOfOneThatStayed() {
    if (role.host.hypervisor().domain(role.instanceUUID).isEmpty()) {
      disks.remove();
    }
    disks.leave();
  }

  private boolean areDisksSettled(boolean early) {
    var domain = role.host.hypervisor().domain(role.instanceUUID);
    var started = copy.started(Domains.report(domain));
    if (copy.source() != null) {
      disks.settle(domain, started, copy.isGuest(domain), copy.source());
    } else if (started == Started.Started) {
      disks.keep();
    }
    if (!disks.areOwed()) {
      return true;
    }
    if (early || domain.map(DomainFacts::incoming).orElse(false)) {
      return false;
    }
    if (domain.isEmpty() && started == Started.NeverStarted) {
      disks.remove();
    } else {
      disks.leave();
    }
    return true;
  }
}
