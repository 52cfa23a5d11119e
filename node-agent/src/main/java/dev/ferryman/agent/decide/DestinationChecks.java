package dev.ferryman.agent.decide;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.livemigration.Disk;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.Switchover;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Judges whether this host can take an instance; every obstacle is named, not the first alone. */
public final class DestinationChecks {
  private DestinationChecks() {}

  /** What a directory of the instance's disks is on this host. */
  public enum Directory {
    SharedWithLocks,
    SharedWithoutLocks,
    NotShared,
    Missing,
    /** The file system does not answer. */
    Silent
  }

  /**
   * What this host has to offer.
   *
   * @param sameName UUID of a domain here that has the instance's name; null: none
   * @param sameUUID name of a domain here that has the instance's UUID; null: none
   * @param directories by their path, as the needs' file disks name them
   */
  public record Seen(
      String host,
      List<String> domainTypes,
      List<String> machineTypes,
      @Nullable String sameName,
      @Nullable String sameUUID,
      Map<String, Directory> directories) {}

  /**
   * All checks of the destination but those of the disks ({@link StorageChecks}).
   *
   * @param switchover how the administrator wants the guest handed over
   */
  public static List<Check> judge(
      Needs needs, String instanceUUID, Switchover switchover, Seen seen) {
    var checks = new ArrayList<Check>();
    checks.add(hypervisor(needs, seen));
    checks.add(machineType(needs, seen));
    checks.add(name(needs, instanceUUID, seen));
    checks.add(uuid(seen));
    checks.add(switchover(needs, switchover, seen));
    return List.copyOf(checks);
  }

  /** Whether any of them refuses the migration. */
  public static boolean refuse(List<Check> checks) {
    return checks.stream().anyMatch(check -> check.outcome() == CheckOutcome.Fail);
  }

  private static Check hypervisor(Needs needs, Seen seen) {
    var type = needs.type();
    if (type == null || seen.domainTypes().contains(type)) {
      return Check.pass(CheckName.Hypervisor, seen.host(), "domain type " + type);
    }
    return Check.fail(
        CheckName.Hypervisor,
        Reason.HypervisorMismatch,
        seen.host(),
        "the instance is of domain type " + type + ", this host runs " + seen.domainTypes());
  }

  private static Check machineType(Needs needs, Seen seen) {
    var type = needs.machineType();
    if (type == null || seen.machineTypes().contains(type)) {
      return Check.pass(CheckName.MachineType, seen.host(), "machine type " + type);
    }
    return Check.fail(
        CheckName.MachineType,
        Reason.MachineTypeUnknown,
        seen.host(),
        "machine type " + type + " is not known to this host's QEMU");
  }

  private static Check name(Needs needs, String instanceUUID, Seen seen) {
    if (seen.sameName() == null || seen.sameName().equals(instanceUUID)) {
      return Check.pass(CheckName.NameFree, seen.host(), "name " + needs.domainName() + " is free");
    }
    return Check.fail(
        CheckName.NameFree,
        Reason.NameTaken,
        seen.host(),
        "another domain is called " + needs.domainName() + ": " + seen.sameName());
  }

  private static Check uuid(Seen seen) {
    if (seen.sameUUID() == null) {
      return Check.pass(CheckName.UUIDFree, seen.host(), "UUID is free");
    }
    return Check.fail(
        CheckName.UUIDFree,
        Reason.UUIDTaken,
        seen.host(),
        "domain " + seen.sameUUID() + " has the instance's UUID: undefine it if it is a leftover");
  }

  /**
   * A lost reply at switch-over makes libvirt start both copies; then only QEMU's image locks stop
   * the second writer.
   */
  private static Check switchover(Needs needs, Switchover ordered, Seen seen) {
    if (hasImageLocks(needs, seen)) {
      return Check.pass(CheckName.Switchover, seen.host(), "every writable disk has an image lock");
    }
    var unprotected = unprotected(needs, seen);
    var why =
        unprotected.isEmpty()
            ? "the instance has no writable disk"
            : "no image lock protects " + unprotected;
    if (ordered != Switchover.Fast) {
      return Check.pass(
          CheckName.Switchover,
          seen.host(),
          why + ": the guest starts here only when the source is proved gone");
    }
    return Check.warn(
        CheckName.Switchover,
        Reason.SwitchoverUnprotected,
        seen.host(),
        why + ": if the connection breaks at switch-over, both copies can run for a time");
  }

  /** Whether image locks keep a second copy of the instance from each disk that it writes to. */
  public static boolean hasImageLocks(Needs needs, Seen seen) {
    return needs.disks().stream().anyMatch(DestinationChecks::isWritable)
        && unprotected(needs, seen).isEmpty();
  }

  private static List<String> unprotected(Needs needs, Seen seen) {
    return needs.disks().stream()
        .filter(DestinationChecks::isWritable)
        .filter(disk -> !isLocked(disk, seen))
        .map(Disk::target)
        .toList();
  }

  private static boolean isWritable(Disk disk) {
    return !Boolean.TRUE.equals(disk.readOnly());
  }

  private static boolean isLocked(Disk disk, Seen seen) {
    var path = disk.path();
    return "file".equals(disk.type())
        && path != null
        && Boolean.TRUE.equals(disk.locks())
        && seen.directories().get(directoryOf(path)) == Directory.SharedWithLocks;
  }

  /** The directory of a file; the path is one of another host, so it is only text here. */
  public static String directoryOf(String path) {
    var end = path.lastIndexOf('/');
    return end <= 0 ? "/" : path.substring(0, end);
  }
}
