package dev.ferryman.agent.runner;

import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.Lists;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the source says of the instance before it moves. */
final class SourceChecks {
  private SourceChecks() {}

  static Needs needs(DomainFacts domain) {
    var definition = domain.definition();
    return NeedsBuilder.builder()
        .domainName(Bounds.cut(domain.name(), Bounds.NAME))
        .vcpus(definition.vcpus())
        .memoryMiB(definition.memoryMiB())
        .hugepages(definition.hugePages())
        .type(definition.type())
        .arch(definition.arch())
        .machineType(definition.machineType())
        .paused(domain.state() == DomainState.Paused)
        .persistent(domain.persistent())
        .disks(
            List.copyOf(
                definition.disks().subList(0, Math.min(definition.disks().size(), Bounds.DISKS))))
        .build();
  }

  /** Whether libvirt has the instance, and can move it as it is. */
  static Check domain(String host, String uuid, Optional<DomainFacts> domain) {
    if (domain.isEmpty()) {
      return Check.fail(
          CheckName.Domain, Reason.InstanceNotFound, host, "no domain " + uuid + " here");
    }
    var facts = domain.get();
    if (!facts.state().isActive() || facts.incoming()) {
      return Check.fail(
          CheckName.Domain,
          Reason.InstanceNotRunning,
          host,
          facts.name() + " is " + facts.state() + " (" + facts.reason() + ")");
    }
    var trouble = facts.definition().trouble();
    if (trouble != null) {
      return Check.fail(
          CheckName.Domain,
          Reason.InstanceUnreadable,
          host,
          facts.name() + " cannot be read: " + trouble);
    }
    if (facts.definition().disks().size() > Bounds.DISKS) {
      return Check.fail(
          CheckName.Domain,
          Reason.StorageNotShared,
          host,
          facts.definition().disks().size()
              + " disks; at most "
              + Bounds.DISKS
              + " can be checked");
    }
    var deep =
        facts.definition().disks().stream()
            .filter(disk -> disk.backing().size() > Bounds.CHAIN)
            .findFirst();
    if (deep.isPresent()) {
      return Check.fail(
          CheckName.Domain,
          Reason.StorageNotShared,
          host,
          "disk "
              + deep.get().target()
              + " has more than the "
              + Bounds.CHAIN
              + " backing images that can be checked");
    }
    return Check.pass(
        CheckName.Domain,
        host,
        facts.name() + " is " + facts.state() + " (" + facts.reason() + ")");
  }

  static Check reachable(String host, String destination, @Nullable String trouble) {
    return trouble == null
        ? Check.pass(CheckName.DestinationReachable, host, "libvirt of " + destination + " answers")
        : Check.fail(
            CheckName.DestinationReachable,
            Reason.DestinationUnreachable,
            host,
            "libvirt of " + destination + ": " + trouble);
  }

  /** Whether anybody on the way can read what moves, or change it. */
  static Check encryption(String host, String destination, Transport transport) {
    var carrier = "libvirt's connection (" + transport.kind().word() + ")";
    if (transport.isEncrypted()) {
      return Check.pass(
          CheckName.Encryption,
          host,
          carrier + " and QEMU's data stream to " + destination + " are encrypted");
    }
    var open = new ArrayList<String>();
    if (!transport.kind().isEncrypted()) {
      open.add(carrier);
    }
    if (!transport.dataEncrypted()) {
      open.add("QEMU's data stream");
    }
    return Check.warn(
        CheckName.Encryption,
        Reason.Unencrypted,
        host,
        "not encrypted on the way to " + destination + ": " + String.join(", ", open));
  }

  static Check markerTrouble(String host, String directory, @Nullable String trouble) {
    return Check.fail(
        CheckName.SharedStorage,
        Reason.StorageNotShared,
        host,
        "no marker can be put into " + directory + ": " + trouble);
  }

  static Check alreadyRan(String host) {
    return Check.fail(
        CheckName.FirstRun,
        Reason.AlreadyRan,
        host,
        "this host has run the attempt before; apply a new LiveMigration");
  }

  static Check busy(String host, String other) {
    return Check.fail(
        CheckName.Domain,
        Reason.InstanceBusy,
        host,
        "another attempt at the instance is open on this host: " + other);
  }

  static boolean refuse(List<Check> checks) {
    return Lists.orEmpty(checks).stream().anyMatch(check -> check.outcome() == CheckOutcome.Fail);
  }
}
