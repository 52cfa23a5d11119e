package dev.ferryman.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.decide.CopyChecks.Place;
import dev.ferryman.agent.decide.DestinationChecks.Directory;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.BackingImage;
import dev.ferryman.crds.livemigration.Disk;
import dev.ferryman.crds.livemigration.DiskBuilder;
import dev.ferryman.crds.livemigration.DiskCopy;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CopyChecksTest {
  private static final long MIB = 1 << 20;
  private static final String PATH = "/local/g1/disk.qcow2";
  private static final Disk LOCAL =
      DiskBuilder.builder()
          .target("vda")
          .type("file")
          .path(PATH)
          .format("qcow2")
          .virtualBytes(64 * MIB)
          .allocatedBytes(5 * MIB)
          .build();
  private static final Map<String, Directory> NOT_SHARED =
      Map.of("/local/g1", Directory.NotShared, "/shared", Directory.SharedWithLocks);
  private static final Place FREE = new Place(false, true, true, "/dev/vda", 100 * MIB);

  @Test
  void onlyWrittenFilesThatTheSourceAloneHasAreCopied() {
    var shared = DiskBuilder.builder(LOCAL).target("vdb").path("/shared/disk").build();
    var iso = DiskBuilder.builder(LOCAL).target("sda").readOnly(true).build();
    var device = DiskBuilder.builder(LOCAL).target("vdc").type("block").build();
    var silent = DiskBuilder.builder(LOCAL).target("vdd").path("/hangs/disk").build();

    assertThat(CopyChecks.copies(needs(LOCAL, shared, iso, device, silent), NOT_SHARED))
        .containsExactly(new DiskCopy("vda", PATH, 64 * MIB, 5 * MIB));
  }

  @Test
  void passesWithTheNumbersInIt() {
    assertThat(judge(LOCAL, FREE))
        .satisfies(check -> assertThat(check.outcome()).isEqualTo(CheckOutcome.Pass))
        .satisfies(check -> assertThat(check.message()).contains("vda", PATH, "5 MiB"));
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("refusals")
  void refusesByName(String what, Check check, String reason, String named) {
    assertThat(check.outcome()).isEqualTo(CheckOutcome.Fail);
    assertThat(check.reason()).isEqualTo(reason);
    assertThat(check.message()).contains("vda").contains(named);
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        refused("another format", d -> d.format("vmdk"), FREE, "DiskNotCopyable", "vmdk"),
        refused(
            "shared with other guests",
            d -> d.uncopyable("shareable"),
            FREE,
            "DiskNotCopyable",
            "shareable"),
        refused("no size", d -> d.virtualBytes(null), FREE, "DiskNotCopyable", "size"),
        refused(
            "a backing image over the network",
            d -> d.backing(List.of(new BackingImage("network", "pool/x", "raw", List.of(), null))),
            FREE,
            "DiskNotCopyable",
            "pool/x"),
        refused(
            "a stranger's file",
            d -> d,
            new Place(true, true, true, "/dev/vda", 100 * MIB),
            "DiskExists",
            PATH),
        refused(
            "nowhere to put it",
            d -> d,
            new Place(false, false, false, "", 0),
            "StorageNotShared",
            "/local does not exist"));
  }

  private static Arguments refused(
      String what, UnaryOperator<DiskBuilder> change, Place place, String reason, String named) {
    var disk = change.apply(DiskBuilder.builder(LOCAL)).build();
    return Arguments.of(what, judge(disk, place), reason, named);
  }

  @ParameterizedTest(name = "{0} MiB available, {1} claimed: {2}")
  @MethodSource("rooms")
  void roomIsJudgedByWhatTheImagesTakeNow(
      long available, long claimed, String outcome, String reason) {
    var copies = List.of(new DiskCopy("vda", PATH, 64 * MIB, 5 * MIB));
    var place = new Place(false, true, true, "/dev/vda", available * MIB);

    var checks =
        CopyChecks.space(copies, Map.of(PATH, place), Map.of("/dev/vda", claimed * MIB), "host-c");

    assertThat(checks).hasSize(1);
    assertThat(checks.get(0).outcome()).hasToString(outcome);
    assertThat(checks.get(0).reason()).isEqualTo(reason);
    assertThat(checks.get(0).message()).contains("5 MiB", "64 MiB", available + " MiB");
  }

  static Stream<Arguments> rooms() {
    return Stream.of(
        Arguments.of(64, 0, "Pass", null),
        Arguments.of(63, 0, "Warn", "DiskOvercommitted"),
        Arguments.of(5, 0, "Warn", "DiskOvercommitted"),
        Arguments.of(4, 0, "Fail", "InsufficientDisk"),
        Arguments.of(9, 5, "Fail", "InsufficientDisk"));
  }

  @Test
  void disksOfOneFileSystemShareItsRoom() {
    var copies =
        List.of(new DiskCopy("vda", PATH, MIB, MIB), new DiskCopy("vdb", "/local/g1/b", MIB, MIB));
    var place = new Place(false, true, true, "/dev/vda", MIB);

    assertThat(
            CopyChecks.space(copies, Map.of(PATH, place, "/local/g1/b", place), Map.of(), "host-c"))
        .extracting(Check::reason)
        .containsExactly("InsufficientDisk");
  }

  @Test
  void whereNothingIsToBeCopiedTheDiskIsRefusedAndTheWayOutIsNamed() {
    var seen = new StorageChecks.Seen("host-c", NOT_SHARED, Map.of(), Map.of());

    assertThat(StorageChecks.judge(needs(LOCAL), seen, 64))
        .singleElement()
        .satisfies(check -> assertThat(check.reason()).isEqualTo("StorageNotShared"))
        .satisfies(check -> assertThat(check.message()).contains("vda", "storage: Copy"));
  }

  private static Check judge(Disk disk, Place place) {
    var seen =
        new StorageChecks.Seen(
            "host-c", NOT_SHARED, Map.of(), Map.of(), Map.of(), true, Map.of(PATH, place));
    return StorageChecks.judge(needs(disk), seen, 64).get(0);
  }

  private static Needs needs(Disk... disks) {
    return NeedsBuilder.builder()
        .domainName("g1")
        .vcpus(1)
        .memoryMiB(192L)
        .disks(List.of(disks))
        .build();
  }
}
