package dev.ferryman.agent.runner;

import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.agent.libvirt.Hypervisor;
import dev.ferryman.agent.libvirt.HypervisorException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Migrations on this host that no LiveMigration accounts for: begun by hand, or left by one that
 * was removed by force. Each is told of once, and left alone: somebody may know why it is there.
 */
final class Strays {
  private static final Logger LOG = LoggerFactory.getLogger(Strays.class);

  private final Hypervisor hypervisor;
  private final MigrationListener listener;
  private final Set<String> told = new HashSet<>();

  Strays(Hypervisor hypervisor, MigrationListener listener) {
    this.hypervisor = hypervisor;
    this.listener = listener;
  }

  /**
   * @param accounted whether this host has a part in an attempt at the instance of that UUID
   */
  synchronized void look(Predicate<String> accounted) {
    try {
      for (var domain : hypervisor.domains()) {
        if (domain.state().isActive() && !accounted.test(domain.uuid())) {
          look(domain);
        }
      }
    } catch (HypervisorException e) {
      LOG.debug("libvirt cannot be asked for migrations that nobody accounts for", e);
    }
  }

  private void look(DomainFacts domain) {
    if (domain.incoming()) {
      tell(domain, "is being received here");
    } else if (hypervisor.job(domain.uuid()).migrating()) {
      tell(domain, "is being migrated away from here");
    }
  }

  private void tell(DomainFacts domain, String what) {
    if (told.add(domain.uuid() + what)) {
      listener.stray(
          "the domain "
              + domain.name()
              + " ("
              + domain.uuid()
              + ") "
              + what
              + ", and no LiveMigration accounts for it; it is left alone");
    }
  }
}
