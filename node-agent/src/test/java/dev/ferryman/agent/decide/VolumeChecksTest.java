package dev.ferryman.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.decide.DestinationChecks.Directory;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.livemigration.Disk;
import dev.ferryman.crds.livemigration.DiskBuilder;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VolumeChecksTest {
  private static final String VOLUME = "fast/a";
  private static final String PATH = "/pool/a";
  private static final Disk DISK =
      DiskBuilder.builder(Disk.of("vdb", "volume", null, false, null)).volume(VOLUME).build();

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void refuses(String what, Disk disk, Map<String, String> volumes, String trouble, String named) {
    var troubles = trouble == null ? Map.<String, String>of() : Map.of(VOLUME, trouble);

    var check = judge(disk, Directory.SharedWithLocks, volumes, troubles);

    assertThat(check.reason()).isEqualTo("StorageNotShared");
    assertThat(check.message()).contains("vdb", VOLUME, named);
  }

  static Stream<Arguments> refused() {
    var located = VolumeChecks.located(DISK, "file", PATH);
    return Stream.of(
        Arguments.of("one that its source does not find", DISK, Map.of(), null, "the source's"),
        Arguments.of("one that is not here", located, Map.of(), null, "this host's"),
        Arguments.of("one of another path", located, Map.of(VOLUME, "/b"), null, "is /b here"),
        Arguments.of("one that libvirt does not tell", located, Map.of(), "busy", "busy"));
  }

  /** The same path on two hosts is not the same file. */
  @Test
  void refusesAFileInADirectoryThatIsNotTheSources() {
    var located = VolumeChecks.located(DISK, "file", PATH);

    var check = judge(located, Directory.NotShared, Map.of(VOLUME, PATH), Map.of());

    assertThat(check.reason()).isEqualTo("StorageNotShared");
    assertThat(check.message()).contains("/pool is not the source's");
  }

  @Test
  void passesAFileInADirectoryThatIsTheSources() {
    var located = VolumeChecks.located(DISK, "file", PATH);

    var check = judge(located, Directory.SharedWithLocks, Map.of(VOLUME, PATH), Map.of());

    assertThat(check.outcome()).hasToString("Pass");
  }

  @Test
  void leavesWhatIsNeitherFileNorDeviceToLibvirt() {
    var located = VolumeChecks.located(DISK, "network", "rbd/a");

    var check = judge(located, Directory.Missing, Map.of(VOLUME, "rbd/a"), Map.of());

    assertThat(check.outcome()).hasToString("Skipped");
  }

  private static Check judge(
      Disk disk, Directory directory, Map<String, String> volumes, Map<String, String> troubles) {
    var needs =
        NeedsBuilder.builder()
            .domainName("g1")
            .vcpus(1)
            .memoryMiB(192L)
            .disks(List.of(disk))
            .build();
    var seen =
        new StorageChecks.Seen(
            "host-c", Map.of("/pool", directory), Map.of(), volumes, troubles, false, Map.of());
    return StorageChecks.judge(needs, seen, 64).get(0);
  }
}
