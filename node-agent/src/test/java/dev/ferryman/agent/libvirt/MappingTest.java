package dev.ferryman.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Memory;
import dev.ferryman.crds.livemigration.Compression;
import dev.ferryman.crds.livemigration.ConvergenceBuilder;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.MigrationStatistics;
import dev.ferryman.crds.livemigration.OnTimeout;
import dev.ferryman.crds.livemigration.Progress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** libvirt's numbers, names and lists in our words. */
class MappingTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1, Running, booted",
    "1, 2, Running, migrated",
    "1, 5, Running, unpaused",
    "1, 6, Running, migration canceled",
    "1, 8, Running, event wakeup",
    "1, 10, Running, post-copy",
    "3, 1, Paused, user",
    "3, 2, Paused, migrating",
    "3, 5, Paused, I/O error",
    "3, 11, Paused, starting up",
    "3, 13, Paused, post-copy failed",
    "4, 1, ShuttingDown, user",
    "5, 2, ShutOff, destroyed",
    "5, 4, ShutOff, migrated",
    "6, 1, Crashed, panicked",
    "0, 0, NoState, unknown",
    "7, 0, PMSuspended, unknown",
    "3, 99, Paused, reason 99",
    "17, 0, NoState, unknown"
  })
  void saysStateAndReasonAsVirshDoes(int state, int reason, DomainState expected, String word) {
    assertThat(StateWords.state(state)).isEqualTo(expected);
    assertThat(StateWords.reason(expected, reason)).isEqualTo(word);
  }

  @Test
  void readsLibvirtsListOfParameters() {
    var array = new Memory(3 * 96);
    array.clear();
    parameter(array, 0, "operation", 1);
    array.setInt(88, 5);
    parameter(array, 1, "data_total", 4);
    array.setLong(96 + 88, 1_000_000_000_000L);
    parameter(array, 2, "errmsg", 7);

    assertThat(TypedParameters.read(array, 3).numbers())
        .isEqualTo(Map.of("operation", 5L, "data_total", 1_000_000_000_000L));
    assertThat(TypedParameters.read(null, 0).numbers()).isEmpty();
  }

  private static void parameter(Memory array, int index, String name, int type) {
    var bytes = name.getBytes(StandardCharsets.US_ASCII);
    array.write(index * 96L, bytes, 0, bytes.length);
    array.setInt(index * 96L + 80, type);
  }

  @Test
  void showsTheProgressOfAnOutgoingMigration() {
    var job =
        new TypedParameters(
            Map.ofEntries(
                Map.entry("operation", 5L),
                Map.entry("data_total", 1000L),
                Map.entry("data_remaining", 245L),
                Map.entry("memory_total", 900L),
                Map.entry("memory_processed", 700L),
                Map.entry("memory_remaining", 200L),
                Map.entry("memory_bps", 30L),
                Map.entry("disk_total", 100L),
                Map.entry("disk_processed", 55L),
                Map.entry("disk_remaining", 45L),
                Map.entry("disk_bps", 12L),
                Map.entry("memory_dirty_rate", 3L),
                Map.entry("memory_page_size", 4096L),
                Map.entry("memory_iteration", 2L),
                Map.entry("downtime", 300L),
                Map.entry("time_elapsed", 4100L)));

    assertThat(JobStatistics.facts(2, job))
        .isEqualTo(
            JobFacts.migration(
                new Progress(
                    75, 900L, 700L, 200L, 100L, 55L, 45L, 42L, 12288L, 2L, 300L, 4100L, null,
                    null)));
  }

  @ParameterizedTest
  @CsvSource({"0, 5", "3, 5", "5, 5"})
  void seesNoJobInOneThatIsOver(int type, long operation) {
    var job = new TypedParameters(Map.of("operation", operation));

    assertThat(JobStatistics.facts(type, job)).isEqualTo(JobFacts.NONE);
  }

  @ParameterizedTest
  @CsvSource({"2, 4", "2, 2", "1, 0"})
  void tellsAnotherJobFromAMigration(int type, long operation) {
    var job = new TypedParameters(Map.of("operation", operation));

    assertThat(JobStatistics.facts(type, job)).isEqualTo(JobFacts.OTHER);
  }

  @Test
  void knowsNothingInTheFirstMoment() {
    var progress =
        JobStatistics.progress(new TypedParameters(Map.of("operation", 5L, "data_total", 0L)));

    assertThat(progress.percent()).isZero();
    assertThat(progress.expectedDowntimeMilliseconds()).isNull();
  }

  @Test
  void leavesOutCountersThatOverflowed() {
    var job =
        new TypedParameters(Map.of("data_total", 10L, "data_remaining", -1L, "downtime", -1L));

    assertThat(JobStatistics.progress(job).expectedDowntimeMilliseconds()).isNull();
    assertThat(JobStatistics.progress(job).percent()).isBetween(0, 100);
  }

  @Test
  void takesLibvirtsFinalFigures() {
    var job =
        new TypedParameters(
            Map.of(
                "operation", 5L,
                "downtime", 189L,
                "time_elapsed", 4457L,
                "data_processed", 103_973_152L,
                "memory_iteration", 3L));

    assertThat(JobStatistics.completed(job))
        .isEqualTo(new MigrationStatistics(189L, 4457L, 103_973_152L, 3L));
  }

  @Test
  void asksForALivePeerToPeerMigration() {
    var request =
        new MigrationRequest("u", "qemu+tcp://host-c/system", "", "<live/>", "", false, false);

    assertThat(MigrateCall.of(request))
        .isEqualTo(
            new MigrateCall(
                "qemu+tcp://host-c/system",
                MigrateCall.LIVE | MigrateCall.PEER2PEER,
                Map.of("destination_xml", "<live/>"),
                List.of(),
                Map.of(),
                Map.of()));
  }

  @Test
  void movesTheDefinitionOfAPersistentDomain() {
    var request =
        new MigrationRequest(
            "u", "qemu+tls://host-c/system", "tcp://10.0.0.3", "<live/>", "<conf/>", true, true);

    assertThat(MigrateCall.of(request))
        .isEqualTo(
            new MigrateCall(
                "qemu+tls://host-c/system",
                1 | 2 | 8 | 16 | 32 | 65536,
                Map.of(
                    "destination_xml", "<live/>",
                    "persistent_xml", "<conf/>",
                    "migrate_uri", "tcp://10.0.0.3",
                    "tls.destination", "host-c"),
                List.of(),
                Map.of(),
                Map.of()));
  }

  @Test
  void namesTheDisksThatAreCopied() {
    var request =
        new MigrationRequest("u", "qemu+tcp://host-c/system", "", "<live/>", "", false, true)
            .withConvergence(ConvergenceBuilder.builder().bandwidthMiBPerSecond(5).build())
            .withCopiedDisks(List.of("vda", "vdc"));

    var call = MigrateCall.of(request);

    assertThat(call.flags()).isEqualTo(1 | 2 | 32 | 128);
    assertThat(call.disks()).containsExactly("vda", "vdc");
    assertThat(call.numbers()).containsEntry("bandwidth", 5L);
  }

  @Test
  void capsTheCopyingAndSlowsTheGuestDownWhereThatIsOrdered() {
    var call =
        MigrateCall.of(
            new MigrationRequest("u", "qemu+tcp://host-c/system", "", "<live/>", "", false, false)
                .withConvergence(
                    ConvergenceBuilder.builder()
                        .bandwidthMiBPerSecond(40)
                        .autoConverge(true)
                        .build()));

    assertThat(call.flags()).isEqualTo(1 | 2 | 8192);
    assertThat(call.numbers()).isEqualTo(Map.of("bandwidth", 40L));
  }

  @Test
  void compressesAndCopiesSideBySideWhereThatIsOrdered() {
    var call =
        MigrateCall.of(
            new MigrationRequest("u", "qemu+tcp://host-c/system", "", "<live/>", "", false, false)
                .withConvergence(
                    ConvergenceBuilder.builder()
                        .compression(Compression.Zstd)
                        .parallelConnections(4)
                        .build()));

    assertThat(call.flags()).isEqualTo(1 | 2 | 2048 | 131_072);
    assertThat(call.parameters()).containsEntry("compression", "zstd");
    assertThat(call.smallNumbers()).isEqualTo(Map.of("parallel.connections", 4));
  }

  @Test
  void mayGoOverToPostCopyAndGoOnWithItWhereThatIsOrdered() {
    var request =
        new MigrationRequest("u", "qemu+tcp://host-c/system", "", "<live/>", "", false, false)
            .withConvergence(ConvergenceBuilder.builder().onTimeout(OnTimeout.PostCopy).build());

    assertThat(MigrateCall.of(request).flags()).isEqualTo(1 | 2 | 32_768);
    assertThat(MigrateCall.of(request.withResumesPostCopy(true)).flags())
        .isEqualTo(1 | 2 | 32_768 | 524_288);
  }

  @Test
  void writesVersionsWithDots() {
    assertThat(HostReader.dotted(9_000_000)).isEqualTo("9.0.0");
    assertThat(HostReader.dotted(7_002_022)).isEqualTo("7.2.22");
  }
}
