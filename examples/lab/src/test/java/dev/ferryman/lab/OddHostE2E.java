package dev.ferryman.lab;

import static dev.ferryman.lab.Lab.lab;
import static dev.ferryman.lab.Lab.on;
import static dev.ferryman.lab.Lab.tryOn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckName;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.Reason;
import dev.ferryman.crds.hostresource.HostInstance;
import dev.ferryman.crds.hostresource.HostInstanceBuilder;
import dev.ferryman.crds.hostresource.Hypervisor;
import dev.ferryman.crds.livemigration.CpuNeed;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.FailedAttempt;
import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import dev.ferryman.crds.livemigration.Phase;
import dev.ferryman.crds.livemigration.SourceState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * A host of another kind, made up by what its agent would write. As the destination it is refused
 * to a real guest; as the source it has a guest that the real agent of host-c, asking its real
 * libvirt, refuses.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OddHostE2E extends LabTest {
  private static final OddHost ODD = OddHost.begin("host-odd");
  private static final String HOST_UUID = "0b0b0b0b-0000-4000-8000-00000000000d";
  private static final String INSTANCE = "of-another-kind";
  private static final String INSTANCE_UUID = "0b0b0b0b-0000-4000-8000-00000000000e";

  /** AMD had xop until 2016, Intel has amx-tile since 2021: no processor has both. */
  private static final String NOBODYS_CPU =
      "<cpu mode='custom' match='exact' check='full'><model fallback='forbid'>qemu64</model>"
          + "<feature policy='require' name='xop'/><feature policy='require' name='amx-tile'/>"
          + "</cpu>";

  private static Guest guest;

  @BeforeAll
  static void createGuest() {
    guest = Guest.create("settled", "host-b").awaitBeating();
  }

  @AfterAll
  static void removeAll() throws InterruptedException {
    if (guest != null) {
      guest.close();
    }
    ODD.remove();
  }

  @Test
  void isRefusedForAllThatItIsNotAtOnce() {
    ODD.publish(
        new Hypervisor("xen", "6.1.0", "6.1.0", "aarch64", HOST_UUID, null, List.of("virt-6.1")),
        0,
        List.of());
    Api.order(migration, guest.name(), ODD.name());

    var end = assertRefused("HypervisorMismatch");

    assertThat(reasons(end))
        .contains(
            "HypervisorMismatch", "ArchitectureMismatch", "HypervisorTooOld", "InsufficientVCPUs");
  }

  @Test
  void isRefusedWhereItIsTheSourceUnderAnotherName() {
    ODD.publish(Api.host("host-b").getStatus().hypervisor(), 2, List.of());
    Api.order(migration, guest.name(), ODD.name());

    assertRefused("SameHost");
  }

  @Test
  void itsGuestIsRefusedWhoseMachineTypeTheDestinationDoesNotKnow() {
    haveInstance();
    Api.order(migration, INSTANCE, "host-c");
    answer(needs("qemu").machineType("pc-q35-11.0").build());

    var end = assertRefused("MachineTypeUnknown");

    assertThat(Api.message(end)).contains("pc-q35-11.0");
  }

  @Test
  void itsGuestIsRefusedWhoseCpuTheDestinationCannotGive() {
    // The lab hides it where guests are emulated (lib/host-init).
    var hidden = tryOn("host-c", "umount", "/dev/kvm").exitCode() == 0;
    try {
      restartLibvirt("host-c");
      assumeTrue(
          on("host-c", "virsh", "capabilities").contains("<domain type='kvm'"),
          "only under KVM a guest's CPU depends on its host's, and /dev/kvm does not work here");
      haveInstance();
      Api.order(migration, INSTANCE, "host-c");
      answer(needs("kvm").cpu(new CpuNeed("custom", true, NOBODYS_CPU)).build());

      var end = assertRefused("CPUIncompatible");

      assertThat(Api.message(end)).contains("mode custom", "xop", "amx-tile");
    } finally {
      if (hidden) {
        on("host-c", "mount", "--bind", "/run/no-kvm", "/dev/kvm");
        on("host-c", "mount", "-o", "remount,bind,ro", "/dev/kvm");
        restartLibvirt("host-c");
      }
    }
  }

  /** It looks for KVM when it starts. The agent finds it again by itself. */
  private static void restartLibvirt(String host) {
    lab("kill", "libvirtd", host);
    lab("start", "libvirtd", host);
  }

  @Test
  void itsEmulatedGuestIsWarnedOfThatCpu() {
    haveInstance();
    Api.order(migration, LiveMigrationSpec.of(INSTANCE, "host-c").asCheckOnly());
    answer(needs("qemu").cpu(new CpuNeed("custom", true, NOBODYS_CPU)).build());

    var end = Api.awaitEnd(migration);

    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("CheckPassed");
    assertThat(end.getStatus().checks())
        .filteredOn(check -> check.outcome() == CheckOutcome.Warn)
        .extracting(Check::reason)
        .contains("CPUIncompatible");
    assertNothingLeft(end);
  }

  @Test
  void isNoMoreAskedForAGuestThatHasLeftItMeanwhile() {
    haveInstance();
    Api.order(migration, LiveMigrationSpec.of(INSTANCE).tried(2));
    Api.awaitStatus(migration, "it is checked", status -> status.phase() == Phase.Checking);
    var answer = ODD.asSource(migration).needs(needs("qemu").machineType("pc-q35-11.0").build());
    ODD.report(migration, answer.build());
    Api.awaitStatus(migration, "it is settled", status -> status.phase() == Phase.Settling);
    var elsewhere = Guest.otherThan(Api.status(migration).destinationHost());
    try (var there = Definition.ofUuid(elsewhere, INSTANCE, INSTANCE_UUID).awaitListed()) {
      have(List.of());
      awaitInstanceOn(there.host());
      ODD.report(migration, answer.sequence(2L).state(SourceState.CleanedUp).build());

      var end = assertRefused("InstanceMoved");

      assertThat(Api.message(end)).contains(INSTANCE + " has left host-odd for " + there.host());
    }
  }

  /** It has most memory left, so it is chosen first; the source does not find it, either. */
  @Test
  void guestGoesToTheNextHostWhereItRefuses() {
    have(List.of());
    try (var roamer = Guest.create("roamer", "host-b").awaitBeating()) {
      Api.order(migration, LiveMigrationSpec.of(roamer.name()).tried(2));
      Api.awaitStatus(migration, "it is checked", status -> status.phase() == Phase.Checking);
      assertThat(Api.status(migration).destinationHost()).isEqualTo(ODD.name());
      var refusal =
          Check.fail(
              CheckName.StoragePools,
              Reason.StoragePoolMissing,
              ODD.name(),
              "storage pool fast is not defined here");

      ODD.report(
          migration,
          ODD.asDestination(migration)
              .checks(List.of(refusal))
              .state(DestinationState.Refused)
              .build());

      var end = Api.awaitEnd(migration);
      assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo("Migrated");
      assertThat(end.getStatus().attempt().number()).isEqualTo(2);
      assertThat(end.getStatus().failedAttempts())
          .extracting(FailedAttempt::number, FailedAttempt::destinationHost, FailedAttempt::reason)
          .containsExactly(tuple(1, ODD.name(), "DestinationUnreachable"));
      assertThat(end.getStatus().failedAttempts().get(0).message()).contains(refusal.message());
      roamer.assertRunsOnlyOn("host-c");
      roamer.awaitBeating().assertDiskComplete();
      assertNothingLeft(end);
    }
  }

  /**
   * It counts as alive, but says nothing of a migration for half a minute. The last test, since it
   * ends when the host is found dead, for which its removal has to wait anyway.
   */
  @Test
  @Order(Integer.MAX_VALUE)
  void isNamedWhereItDoesNotAnswer() throws InterruptedException {
    haveInstance();
    Api.order(migration + "-to", guest.name(), ODD.name());
    Api.order(migration + "-from", INSTANCE, "host-c");
    for (var order : List.of("-to", "-from")) {
      Api.awaitStatus(
          migration + order, "it is settled", status -> status.phase() == Phase.Settling);
    }
    ODD.fallSilent();

    var to = Api.awaitEnd(migration + "-to");
    var from = Api.awaitEnd(migration + "-from");

    assertThat(Api.reason(to)).as(Api.message(to)).isEqualTo("DestinationNoAnswer");
    assertThat(Api.reason(from)).as(Api.message(from)).isEqualTo("SourceNoAnswer");
    for (var end : List.of(to, from)) {
      assertThat(Api.message(end)).contains(ODD.name());
      assertUntouched(end);
    }
  }

  private LiveMigration assertRefused(String reason) {
    var end = Api.awaitEnd(migration);
    assertThat(Api.reason(end)).as(Api.message(end)).isEqualTo(reason);
    assertThat(end.getStatus().phase()).isEqualTo(Phase.Failed);
    assertUntouched(end);
    return end;
  }

  private static void assertUntouched(LiveMigration end) {
    guest.assertRunsOnlyOn("host-b");
    guest.awaitBeating().assertNoHeartbeatLost();
    assertNothingLeft(end);
  }

  private static List<String> reasons(LiveMigration end) {
    return end.getStatus().checks().stream()
        .filter(check -> check.outcome() == CheckOutcome.Fail)
        .map(Check::reason)
        .toList();
  }

  private static void haveInstance() {
    have(
        List.of(
            HostInstanceBuilder.builder()
                .name(INSTANCE)
                .uuid(INSTANCE_UUID)
                .state(DomainState.Running)
                .vcpus(1)
                .memoryMiB(192L)
                .diskGiB(0L)
                .build()));
    awaitInstanceOn(ODD.name());
  }

  /** Until the operator has read the hosts' lists. */
  private static void awaitInstanceOn(String host) {
    await(INSTANCE + " on " + host)
        .atMost(Duration.ofSeconds(60))
        .until(() -> Api.hostOf(INSTANCE).equals(host));
  }

  /** Is a host like the others, with these guests. */
  private static void have(List<HostInstance> instances) {
    var like = Api.host("host-b").getStatus().hypervisor();
    ODD.publish(
        new Hypervisor(
            like.type(),
            like.version(),
            like.libvirtVersion(),
            like.arch(),
            HOST_UUID,
            like.cpuModel(),
            like.machineTypes()),
        2,
        instances);
  }

  private static NeedsBuilder needs(String domainType) {
    return NeedsBuilder.builder()
        .domainName(INSTANCE)
        .vcpus(1)
        .memoryMiB(192L)
        .type(domainType)
        .arch("x86_64")
        .machineType("pc-q35-7.2")
        .paused(false)
        .persistent(true);
  }

  /** Has found no obstacle itself, and takes back what a source puts down when it is to. */
  private void answer(Needs needs) {
    Api.awaitStatus(migration, "it is checked", status -> status.phase() == Phase.Checking);
    var answer = ODD.asSource(migration).needs(needs);
    ODD.report(migration, answer.build());
    Api.awaitStatus(migration, "it is settled", status -> status.phase() == Phase.Settling);
    ODD.report(migration, answer.sequence(2L).state(SourceState.CleanedUp).build());
  }
}
