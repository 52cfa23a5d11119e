package dev.ferryman.agent.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ferryman.agent.decide.HostFileChecks.Found;
import dev.ferryman.agent.decide.HostFileChecks.Seen;
import dev.ferryman.crds.Check;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.FileKind;
import dev.ferryman.crds.livemigration.FileNeed;
import dev.ferryman.crds.livemigration.Needs;
import dev.ferryman.crds.livemigration.NeedsBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostFileChecksTest {
  private static final FileNeed KERNEL =
      new FileNeed("kernel", "/boot/vmlinuz", FileKind.File, null);
  private static final FileNeed LINE =
      new FileNeed("serial dev", "/dev/ttyS1", FileKind.CharacterDevice, null);
  private static final FileNeed NVRAM =
      new FileNeed("nvram", "/nvram/a", FileKind.File, "/fw/vars");

  @ParameterizedTest(name = "directory {0}: {1}")
  @CsvSource({"There, Pass", "Missing, Fail", "Silent, Fail", "Unseen, Warn"})
  void whatADeviceMakesNeedsItsDirectory(Found directory, CheckOutcome outcome) {
    var needs = needs(List.of("/var/log/guests/g1.log"));
    var seen = new Seen("host-c", Map.of("/var/log/guests", directory), Map.of());

    assertThat(HostFileChecks.judge(needs, seen))
        .filteredOn(check -> check.name().equals("LogPaths"))
        .singleElement()
        .satisfies(check -> assertSays(check, outcome, "LogPathMissing", "/var/log/guests/g1.log"));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({"There, Pass", "Missing, Fail", "Silent, Fail", "Unseen, Warn"})
  void whatADeviceOpensIsNeeded(Found found, CheckOutcome outcome) {
    var seen = new Seen("host-c", Map.of(), Map.of(KERNEL, found));

    assertThat(HostFileChecks.judge(needs(List.of(), KERNEL), seen))
        .filteredOn(check -> check.name().equals("HostFiles"))
        .singleElement()
        .satisfies(check -> assertSays(check, outcome, "HostFileMissing", "/boot/vmlinuz"));
  }

  @Test
  void allThatIsMissingIsNamedAtOnce() {
    var needs = needs(List.of("/run/a/vnc"), KERNEL, LINE, NVRAM);
    var seen =
        new Seen(
            "host-c",
            Map.of("/run/a", Found.Missing),
            Map.of(KERNEL, Found.Unseen, LINE, Found.Missing, NVRAM, Found.Missing));

    assertThat(HostFileChecks.judge(needs, seen))
        .extracting(Check::name, Check::outcome, Check::host, Check::message)
        .containsExactly(
            tuple(
                "LogPaths",
                CheckOutcome.Fail,
                "host-c",
                "/run/a/vnc: there is no directory /run/a here"),
            tuple(
                "HostFiles",
                CheckOutcome.Fail,
                "host-c",
                "serial dev: there is no character device /dev/ttyS1 here; nvram: there is neither"
                    + " /nvram/a nor /fw/vars here"));
  }

  private static void assertSays(Check check, CheckOutcome outcome, String reason, String path) {
    assertThat(check.outcome()).isEqualTo(outcome);
    assertThat(check.reason()).isEqualTo(outcome == CheckOutcome.Pass ? null : reason);
    assertThat(check.message()).contains(path);
  }

  private static Needs needs(List<String> made, FileNeed... opened) {
    return NeedsBuilder.builder()
        .domainName("g1")
        .vcpus(1)
        .memoryMiB(192L)
        .logPaths(made)
        .hostFiles(List.of(opened))
        .build();
  }
}
