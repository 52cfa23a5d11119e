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
      turnOver();
    }
    return !copyMayWait && (!disks.areOwed() || areDisksSettled(early));
  }

  /** Neither the API nor the source's libvirt tells that its copy is gone: a person can look. */
  private void turnOver() {
    if (!turnedOver) {
      turnedOver = true;
      role.host
          .listener()
          .orphaned(
              role.migration,
              "a copy of the instance stands still on "
                  + role.host.name()
                  + ", and nobody tells that its source is gone: let it go on ('virsh resume') if"
                  + " the instance is nowhere else, else end it ('virsh destroy')");
    }
  }

  /** Another attempt has followed, so that the guest never left its source in this one. */
  void removeDisksOfSuperseded() {
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
