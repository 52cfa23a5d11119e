package dev.ferryman.operator.decide.admission;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.hostresource.Hypervisor;
import dev.ferryman.operator.decide.Host;
import dev.ferryman.operator.decide.Liveness;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the two hosts must be, apart from having room. */
final class HostRules {
  private HostRules() {}

  static Check source(Host host) {
    if (host.liveness() == Liveness.Dead) {
      return fail(CheckName.SourceHost, Reason.SourceNotAlive, host, " does not renew its Lease");
    }
    if (!host.isReady()) {
      return fail(CheckName.SourceHost, Reason.SourceNotReady, host, " is not Ready");
    }
    return Check.pass(CheckName.SourceHost, host.name(), host.name() + " is alive and ready");
  }

  /** Judges the destination; {@code name} is what the user wrote. */
  static Check destination(String name, Optional<Host> destination) {
    if (destination.isEmpty()) {
      return Check.fail(
          CheckName.DestinationHost,
          Reason.DestinationNotFound,
          null,
          "there is no HostResource '" + name + "'");
    }
    return destination(destination.get());
  }

  /** Judges a host as destination. */
  static Check destination(Host host) {
    if (host.liveness() == Liveness.Dead) {
      return fail(
          CheckName.DestinationHost, Reason.DestinationNotAlive, host, " does not renew its Lease");
    }
    if (!host.isReady()) {
      return fail(CheckName.DestinationHost, Reason.DestinationNotReady, host, " is not Ready");
    }
    if (host.isUnschedulable()) {
      return fail(
          CheckName.DestinationHost,
          Reason.DestinationUnschedulable,
          host,
          " is closed by its administrator (spec.unschedulable)");
    }
    return Check.pass(
        CheckName.DestinationHost, host.name(), host.name() + " is alive, ready and schedulable");
  }

  /** The rules that compare the two. */
  static List<Check> pair(Host source, Host destination) {
    var from = source.status().hypervisor();
    var to = destination.status().hypervisor();
    var checks = new ArrayList<Check>();
    checks.add(different(source, destination));
    if (from == null || to == null) {
      var silent = from == null ? source.name() : destination.name();
      for (var name : List.of(CheckName.Hypervisor, CheckName.Architecture, CheckName.Versions)) {
        checks.add(Check.skipped(name, silent, silent + " publishes nothing of its hypervisor"));
      }
      return checks;
    }
    checks.add(hypervisor(from, destination));
    checks.add(architecture(from, to, destination));
    checks.add(versions(from, to, destination));
    return checks;
  }

  /**
   * Whether the destination can run a guest of these domain types (one, or what its source can
   * run); each side a comma-separated list.
   */
  static Check types(@Nullable String needed, Host destination) {
    var hypervisor = destination.status().hypervisor();
    var offered = hypervisor == null ? null : hypervisor.type();
    if (needed == null || offered == null) {
      return Check.skipped(
          CheckName.Hypervisor, destination.name(), "a hypervisor type is not published");
    }
    var common = new java.util.TreeSet<>(Set.of(needed.split(",", -1)));
    common.retainAll(Set.of(offered.split(",", -1)));
    if (common.isEmpty()) {
      return Check.fail(
          CheckName.Hypervisor,
          Reason.HypervisorMismatch,
          destination.name(),
          "the guest needs " + needed + ", " + destination.name() + " runs " + offered);
    }
    return Check.pass(
        CheckName.Hypervisor, destination.name(), destination.name() + " runs " + offered);
  }

  private static Check hypervisor(Hypervisor from, Host destination) {
    return types(from.type(), destination);
  }

  private static Check different(Host source, Host destination) {
    if (source.name().equals(destination.name())) {
      return Check.fail(
          CheckName.DifferentHosts,
          Reason.SameHost,
          source.name(),
          "source and destination are both " + source.name());
    }
    var from = hostUUID(source);
    if (from != null && from.equals(hostUUID(destination))) {
      return Check.fail(
          CheckName.DifferentHosts,
          Reason.SameHost,
          destination.name(),
          source.name() + " and " + destination.name() + " have the same host UUID " + from);
    }
    return Check.pass(
        CheckName.DifferentHosts, null, source.name() + " and " + destination.name() + " differ");
  }

  private static @Nullable String hostUUID(Host host) {
    var hypervisor = host.status().hypervisor();
    return hypervisor == null ? null : hypervisor.hostUUID();
  }

  private static Check architecture(Hypervisor from, Hypervisor to, Host destination) {
    if (from.arch() == null || to.arch() == null) {
      return Check.skipped(
          CheckName.Architecture, destination.name(), "an architecture is not published");
    }
    var message = "source " + from.arch() + ", destination " + to.arch();
    return from.arch().equals(to.arch())
        ? Check.pass(CheckName.Architecture, destination.name(), message)
        : Check.fail(
            CheckName.Architecture, Reason.ArchitectureMismatch, destination.name(), message);
  }

  private static Check versions(Hypervisor from, Hypervisor to, Host destination) {
    if (from.version() == null
        || to.version() == null
        || from.libvirtVersion() == null
        || to.libvirtVersion() == null) {
      return Check.skipped(CheckName.Versions, destination.name(), "a version is not published");
    }
    boolean fine =
        Versions.atLeast(to.version(), from.version())
            && Versions.atLeast(to.libvirtVersion(), from.libvirtVersion());
    var message =
        "hypervisor "
            + from.version()
            + " -> "
            + to.version()
            + ", libvirt "
            + from.libvirtVersion()
            + " -> "
            + to.libvirtVersion();
    return fine
        ? Check.pass(CheckName.Versions, destination.name(), message)
        : Check.fail(
            CheckName.Versions,
            Reason.HypervisorTooOld,
            destination.name(),
            message + ": the destination's must not be older");
  }

  private static Check fail(CheckName name, Reason reason, Host host, String what) {
    return Check.fail(name, reason, host.name(), host.name() + what);
  }
}
