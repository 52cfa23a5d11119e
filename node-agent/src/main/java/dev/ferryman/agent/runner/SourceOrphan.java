package dev.ferryman.agent.runner;

import dev.ferryman.agent.decide.PostCopyState;
import dev.ferryman.agent.journal.JournalEntry;
import dev.ferryman.agent.journal.Stage;
import dev.ferryman.agent.libvirt.DomainFacts;
import java.util.Optional;

/** What the source still owes once the LiveMigration has gone and nobody tells how it ended. */
final class SourceOrphan {
  private final Role role;
  private final SourceCall call;
  private final SourceOrders orders;
  private final Autostart autostart;

  SourceOrphan(Role role, SourceCall call, SourceOrders orders, Autostart autostart) {
    this.role = role;
    this.call = call;
    this.orders = orders;
    this.autostart = autostart;
  }

  /** Whether the job, or a post-copy that libvirt does not watch any more, is still under way. */
  boolean waits(JournalEntry entry) {
    if (entry.stage() == Stage.Starting && (call.isWaiting() || call.job().isActive())) {
      if (call.hasGivenUp() && !call.isAborting()) {
        // Else a guest that was paused to be copied would be left so.
        call.abort();
      }
      return true;
    }
    return domain()
        .filter(facts -> PostCopyState.of(facts.state(), facts.reason()).isHalf())
        .isPresent();
  }

  /** Nothing is under way any more: what is here is left as libvirt has left it. */
  void close() {
    if (domain().filter(facts -> facts.state().isActive()).isPresent()) {
      autostart.giveBack();
    } else {
      orders.undefineMigrated();
    }
    role.record(entry -> entry.withStage(Stage.Closed));
  }

  private Optional<DomainFacts> domain() {
    return role.host.hypervisor().domain(role.instanceUUID);
  }
}
