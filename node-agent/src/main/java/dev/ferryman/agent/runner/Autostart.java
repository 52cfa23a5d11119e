package dev.ferryman.agent.runner;

import dev.ferryman.crds.livemigration.SourceReport;
import org.jspecify.annotations.Nullable;

/**
 * That a guest starts with its host is no part of its XML. It is taken off the source before
 * libvirt is called, since a host that boots in the middle of things would else start a second
 * copy, and belongs to whoever has the guest in the end.
 */
final class Autostart {
  private final Role role;

  Autostart(Role role) {
    this.role = role;
  }

  /** The source of a guest that has a definition, before the call; journaled before it is done. */
  void takeOff() {
    var hypervisor = role.host.hypervisor();
    if (hypervisor.autostart(role.instanceUUID)) {
      role.record(entry -> entry.withAutostart(true));
      hypervisor.setAutostart(role.instanceUUID, false);
    }
  }

  /** The source, when the guest stays. */
  void giveBack() {
    var entry = role.entry();
    if (entry != null && entry.autostart()) {
      set();
      role.record(now -> now.withAutostart(false));
    }
  }

  /**
   * The destination, when the guest has come.
   *
   * @param source the source's word, which says whether it started with its host there; null: it is
   *     not there, or not any more
   */
  void takeOver(@Nullable SourceReport source) {
    if (isOwed(source)) {
      set();
    }
  }

  /** The journal knows it also where the API server has forgotten what the guest needs. */
  private boolean isOwed(@Nullable SourceReport source) {
    var needs = source == null ? null : source.needs();
    var entry = role.entry();
    return needs != null
        ? Boolean.TRUE.equals(needs.autostart())
        : entry != null && entry.autostart();
  }

  private void set() {
    var hypervisor = role.host.hypervisor();
    var domain = hypervisor.domain(role.instanceUUID);
    if (domain.isPresent()
        && domain.get().persistent()
        && !hypervisor.autostart(role.instanceUUID)) {
      hypervisor.setAutostart(role.instanceUUID, true);
    }
  }
}
