package dev.ferryman.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ferryman.agent.decide.DestinationChecks.Directory;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.BackingImage;
import dev.ferryman.crds.livemigration.Disk;
import dev.ferryman.crds.livemigration.DiskBuilder;
import dev.ferryman.crds.livemigration.DiskIdentity;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StorageChecksTest {
  private static final String ISCSI = "/dev/disk/by-path/ip-10.0.0.1:3260-iscsi-iqn.x:v-lun-1";
  private static final String HEAD = "00000000".repeat(16);
  private static final DiskIdentity GIB = identity(1 << 30, HEAD);

  @ParameterizedTest(name = "a directory that is {0} -> {1} {2}")
  @MethodSource("directories")
  void aFileIsJudgedByItsDirectory(Directory found, String outcome, String reason, String named) {
    var check = judge(file("vda", "/shared/g1/disk", false), directory("/shared/g1", found));

    assertThat(check.outcome()).hasToString(outcome);
    assertThat(check.reason()).isEqualTo(reason);
    assertThat(check.host()).isEqualTo("host-c");
    assertThat(check.message()).contains("vda").contains(named);
  }

  static Stream<Arguments> directories() {
    return Stream.of(
        Arguments.of(Directory.SharedWithLocks, "Pass", null, "/shared/g1"),
        Arguments.of(Directory.SharedWithoutLocks, "Pass", null, "/shared/g1"),
        Arguments.of(Directory.NotShared, "Fail", "StorageNotShared", "/shared/g1"),
        Arguments.of(Directory.Missing, "Fail", "StorageNotShared", "mounted"),
        Arguments.of(Directory.Silent, "Fail", "StorageNotShared", "not answer"));
  }

  @Test
  void anEmptyDriveNeedsNothing() {
    assertThat(judge(Disk.of("sda", "file", null, true, null), seen()).outcome())
        .isEqualTo(CheckOutcome.Pass);
  }

  @ParameterizedTest(name = "{0} here: {2} {3}")
  @MethodSource("isos")
  void anIsoThatIsNotSharedMustBeThereAndTheSame(
      String what, DiskIdentity here, String outcome, String reason) {
    var there = identity(1000, "aaaaaaaa");
    var disk = DiskBuilder.builder(file("sda", "/iso/x.iso", true)).identity(there).build();
    var directories = Map.of("/iso", Directory.NotShared);
    var images = here == null ? Map.<String, DiskIdentity>of() : Map.of("/iso/x.iso", here);

    var check = judge(disk, new StorageChecks.Seen("host-c", directories, images, Map.of()));

    assertThat(check.outcome()).hasToString(outcome);
    assertThat(check.reason()).isEqualTo(reason);
  }

  static Stream<Arguments> isos() {
    return Stream.of(
        Arguments.of("none", null, "Fail", "StorageNotShared"),
        Arguments.of("another size", identity(999, "aaaaaaaa"), "Fail", "StorageNotShared"),
        Arguments.of("other content", identity(1000, "bbbbbbbb"), "Fail", "StorageNotShared"),
        Arguments.of("an equal one", identity(1000, "aaaaaaaa"), "Warn", "IdentityUnproven"));
  }

  @Test
  void everyImageOfAChainMustBeThere() {
    var disk =
        DiskBuilder.builder(file("vda", "/shared/g1/top", false))
            .backing(List.of(new BackingImage("file", "/base/img", "raw", List.of(), null)))
            .build();
    var directories = Map.of("/shared/g1", Directory.SharedWithLocks, "/base", Directory.Missing);

    var checks =
        StorageChecks.judge(
            needs(disk), new StorageChecks.Seen("host-c", directories, Map.of(), Map.of()), 64);

    assertThat(checks)
        .extracting(Check::outcome, Check::reason)
        .containsExactly(
            tuple(CheckOutcome.Fail, "StorageNotShared"), tuple(CheckOutcome.Pass, null));
    assertThat(checks.get(0).message()).contains("vda, backing image").contains("/base/img");
  }

  @ParameterizedTest(name = "{0}: {4} {5}")
  @MethodSource("devices")
  void aBlockDeviceMustBeTheSourcesOwn(
      String what,
      String path,
      DiskIdentity there,
      DiskIdentity here,
      String outcome,
      String reason) {
    var disk =
        DiskBuilder.builder(Disk.of("vda", "block", path, false, null)).identity(there).build();
    var images = here == null ? Map.<String, DiskIdentity>of() : Map.of(path, here);

    var check = judge(disk, new StorageChecks.Seen("host-c", Map.of(), images, Map.of()));

    assertThat(check.outcome()).hasToString(outcome);
    assertThat(check.reason()).isEqualTo(reason);
    assertThat(check.message()).contains("vda").contains(path);
  }

  static Stream<Arguments> devices() {
    var bad = "StorageNotShared";
    var oneWritten = identity(1 << 30, "11111111" + HEAD.substring(8));
    var other = identity(1 << 30, "1".repeat(16) + HEAD.substring(16));
    var a = identity(1 << 30, HEAD, "wwid:naa.a");
    var aToo = identity(1 << 30, other.head(), "link:wwn-0xa", "wwid:naa.a");
    var b = identity(1 << 30, HEAD, "wwid:naa.b");
    return Stream.of(
        Arguments.of("absent", ISCSI, GIB, null, "Fail", bad),
        Arguments.of("the path names the target", ISCSI, GIB, GIB, "Pass", null),
        Arguments.of("AoE too", "/dev/etherd/e1.2", GIB, GIB, "Pass", null),
        Arguments.of("another size", ISCSI, GIB, identity(1 << 29, HEAD), "Fail", bad),
        Arguments.of("a piece the guest wrote since", ISCSI, GIB, oneWritten, "Pass", null),
        Arguments.of("another content", ISCSI, GIB, other, "Fail", bad),
        Arguments.of("blank ones look alike", "/dev/sdb", GIB, GIB, "Warn", "IdentityUnproven"),
        Arguments.of("same WWN", "/dev/sdb", a, aToo, "Pass", null),
        Arguments.of("another WWN", "/dev/sdb", a, b, "Fail", bad),
        Arguments.of("another WWN under the target's name", ISCSI, a, b, "Fail", bad),
        Arguments.of("an id on one host", "/dev/sdb", a, GIB, "Warn", "IdentityUnproven"));
  }

  @Test
  void aDeviceThatHangsRefuses() {
    var seen =
        new StorageChecks.Seen("host-c", Map.of(), Map.of(), Map.of(ISCSI, "does not answer"));

    assertThat(judge(Disk.of("vda", "block", ISCSI, false, null), seen).message())
        .contains("does not answer");
  }

  @Test
  void aNetworkDiskNeedsOneOfItsServers() {
    var disk =
        DiskBuilder.builder(Disk.of("vda", "network", "pool/x", false, null))
            .servers(List.of("a:6789", "b:6789"))
            .build();

    var one = judge(disk, troubles(Map.of("a:6789", "refused")));
    var none = judge(disk, troubles(Map.of("a:6789", "refused", "b:6789", "no route")));

    assertThat(one.outcome()).isEqualTo(CheckOutcome.Pass);
    assertThat(one.message()).contains("b:6789").contains("pool/x itself was not asked for");
    assertThat(none.reason()).isEqualTo("StorageUnreachable");
    assertThat(none.message()).contains("a:6789: refused").contains("b:6789: no route");
  }

  @Test
  void anNvmeDeviceBelongsToItsHost() {
    assertThat(judge(Disk.of("vda", "nvme", null, false, null), seen()).reason())
        .isEqualTo("StorageNotShared");
  }

  @Test
  void refusalIsNeverAmongTheChecksThatHaveNoRoom() {
    var disks =
        IntStream.range(0, Bounds.DISKS)
            .mapToObj(
                i -> file("vd" + i, i == Bounds.DISKS - 1 ? "/elsewhere/x" : "/s/" + i, false))
            .toList();

    var checks =
        StorageChecks.judge(
            NeedsBuilder.builder(needs()).disks(disks).build(),
            directory("/s", Directory.SharedWithLocks),
            10);

    assertThat(checks).hasSize(10);
    assertThat(DestinationChecks.refuse(checks)).isTrue();
  }

  @Test
  void messagesOfAnyLengthFitTheSchema() {
    var huge = "/" + "x".repeat(Bounds.PATH - 10);
    var disk =
        DiskBuilder.builder(Disk.of("vda", "network", huge, false, null))
            .servers(Collections.nCopies(Bounds.ADDRESSES, "h".repeat(Bounds.NAME)))
            .build();

    assertThat(judge(disk, troubles(Map.of("h".repeat(Bounds.NAME), huge))).message())
        .hasSizeLessThanOrEqualTo(Bounds.MESSAGE);
  }

  private static Check judge(Disk disk, StorageChecks.Seen seen) {
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

  private static Disk file(String target, String path, boolean readOnly) {
    return Disk.of(target, "file", path, readOnly, true);
  }

  private static DiskIdentity identity(long size, String head, String... ids) {
    return new DiskIdentity(size, List.of(ids), head);
  }

  private static StorageChecks.Seen seen() {
    return troubles(Map.of());
  }

  private static StorageChecks.Seen troubles(Map<String, String> troubles) {
    return new StorageChecks.Seen("host-c", Map.of(), Map.of(), troubles);
  }

  private static StorageChecks.Seen directory(String path, Directory found) {
    return new StorageChecks.Seen("host-c", Map.of(path, found), Map.of(), Map.of());
  }
}
