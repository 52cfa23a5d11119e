package dev.ferryman.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.decide.DestinationChecks.Directory;
import dev.ferryman.agent.decide.DestinationChecks.Seen;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.Disk;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import dev.ferryman.crds.livemigration.Switchover;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DestinationChecksTest {
  private static final String UUID = "6b0c8a5e-0000-4000-8000-0000000000aa";
  private static final String SHARED = "/shared/g1";
  private static final Needs NEEDS =
      NeedsBuilder.builder()
          .domainName("g1")
          .vcpus(1)
          .memoryMiB(192L)
          .type("kvm")
          .machineType("pc-q35-7.2")
          .disks(List.of(file("vda", SHARED + "/disk.qcow2")))
          .build();
  private static final Seen FINE =
      new Seen(
          "host-c",
          List.of("kvm", "qemu"),
          List.of("pc-q35-7.2"),
          null,
          null,
          Map.of(SHARED, Directory.SharedWithLocks));

  @Test
  void hostThatHasAllIsNotRefused() {
    var checks = DestinationChecks.judge(NEEDS, UUID, Switchover.Auto, FINE);

    assertThat(checks).allMatch(check -> check.outcome() == CheckOutcome.Pass);
    assertThat(DestinationChecks.refuse(checks)).isFalse();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("obstacles")
  void obstacleRefusesWithItsReason(String reason, Seen seen, String named) {
    var checks = DestinationChecks.judge(NEEDS, UUID, Switchover.Auto, seen);

    assertThat(failed(checks))
        .singleElement()
        .satisfies(
            check -> {
              assertThat(check.reason()).isEqualTo(reason);
              assertThat(check.host()).isEqualTo("host-c");
              assertThat(check.message()).contains(named);
            });
  }

  static Stream<Arguments> obstacles() {
    return Stream.of(
        Arguments.of(
            "HypervisorMismatch",
            seen(List.of("qemu"), null, null, Directory.SharedWithLocks),
            "kvm"),
        Arguments.of(
            "MachineTypeUnknown",
            new Seen(
                "host-c",
                List.of("kvm"),
                List.of("pc-q35-6.2"),
                null,
                null,
                Map.of(SHARED, Directory.SharedWithLocks)),
            "pc-q35-7.2"),
        Arguments.of(
            "NameTaken",
            seen(List.of("kvm"), "another-uuid", null, Directory.SharedWithLocks),
            "another-uuid"),
        Arguments.of(
            "UUIDTaken",
            seen(List.of("kvm"), null, "old-g1", Directory.SharedWithLocks),
            "old-g1"));
  }

  @Test
  void everyObstacleIsNamedAtOnce() {
    var checks =
        DestinationChecks.judge(
            NEEDS, UUID, Switchover.Auto, seen(List.of("qemu"), "x", "y", Directory.NotShared));

    assertThat(failed(checks))
        .extracting(Check::reason)
        .containsExactlyInAnyOrder("HypervisorMismatch", "NameTaken", "UUIDTaken");
  }

  @Test
  void writableDiskWithoutLocksIsAWarningIfTheFastWayIsOrdered() {
    var checks =
        DestinationChecks.judge(
            NEEDS,
            UUID,
            Switchover.Fast,
            seen(List.of("kvm"), null, null, Directory.SharedWithoutLocks));

    assertThat(checks)
        .anySatisfy(
            check -> {
              assertThat(check.outcome()).isEqualTo(CheckOutcome.Warn);
              assertThat(check.reason()).isEqualTo("SwitchoverUnprotected");
              assertThat(check.message()).contains("vda");
            });
    assertThat(DestinationChecks.refuse(checks)).isFalse();
  }

  @Test
  void imageLocksCountOnlyIfBothHostsHonourThem() {
    var locked = seen(List.of("kvm"), null, null, Directory.SharedWithLocks);
    var here = seen(List.of("kvm"), null, null, Directory.SharedWithoutLocks);
    var path = SHARED + "/disk.qcow2";
    var block = Disk.of("vdb", "block", "/dev/sdb", null, null);

    assertThat(DestinationChecks.hasImageLocks(NEEDS, locked)).isTrue();
    assertThat(DestinationChecks.hasImageLocks(NEEDS, here)).isFalse();
    for (var atSource : new Boolean[] {false, null}) {
      var unlocked = Disk.of("vda", "file", path, null, atSource);
      assertThat(DestinationChecks.hasImageLocks(with(unlocked), locked)).isFalse();
    }
    assertThat(DestinationChecks.hasImageLocks(with(file("vda", path), block), locked)).isFalse();
    assertThat(DestinationChecks.hasImageLocks(with(), locked)).as("no disk").isFalse();
  }

  private static Needs with(Disk... disks) {
    return NeedsBuilder.builder(NEEDS).disks(List.of(disks)).build();
  }

  @Test
  void unlockedDiskIsNoWarningWhereTheSourceMustBeGoneFirst() {
    for (var ordered : List.of(Switchover.Auto, Switchover.Strict)) {
      var checks =
          DestinationChecks.judge(
              NEEDS, UUID, ordered, seen(List.of("kvm"), null, null, Directory.SharedWithoutLocks));

      assertThat(checks).allMatch(check -> check.outcome() == CheckOutcome.Pass);
    }
  }

  @Test
  void messagesOfAnyLengthFitTheSchema() {
    var path = "/" + "x".repeat(Bounds.PATH - 10) + "/disk";
    var needs = NeedsBuilder.builder(NEEDS).disks(List.of(file("vda", path))).build();

    assertThat(DestinationChecks.judge(needs, UUID, Switchover.Fast, FINE))
        .allSatisfy(check -> assertThat(check.message()).hasSizeLessThanOrEqualTo(Bounds.MESSAGE));
  }

  private static Seen seen(
      List<String> types, String sameName, String sameUUID, Directory directory) {
    return new Seen(
        "host-c", types, List.of("pc-q35-7.2"), sameName, sameUUID, Map.of(SHARED, directory));
  }

  private static List<Check> failed(List<Check> checks) {
    return checks.stream().filter(check -> check.outcome() == CheckOutcome.Fail).toList();
  }

  private static Disk file(String target, String path) {
    return Disk.of(target, "file", path, null, true);
  }
}
