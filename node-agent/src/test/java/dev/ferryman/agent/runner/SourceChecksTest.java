package dev.ferryman.agent.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.PublishedSchema;
import dev.ferryman.agent.decide.DestinationChecks;
import dev.ferryman.agent.decide.StorageChecks;
import dev.ferryman.agent.libvirt.DomainDefinition;
import dev.ferryman.agent.libvirt.DomainFacts;
import dev.ferryman.crds.Bounds;
import dev.ferryman.crds.CheckOutcome;
import dev.ferryman.crds.livemigration.DestinationReportBuilder;
import dev.ferryman.crds.livemigration.DestinationState;
import dev.ferryman.crds.livemigration.Disk;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.SourceReportBuilder;
import dev.ferryman.crds.livemigration.SourceState;
import dev.ferryman.crds.livemigration.Switchover;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceChecksTest {
  private static final String ATTEMPT = "3f1c5f0e-0000-4000-8000-000000000001/1";
  private static final String HUGE = "\ud83d\ude80".repeat(50_000);

  /** A half that the API server refuses would never be said. */
  @Test
  void whateverLibvirtSaysFitsTheSchema() throws IOException {
    var path = "/" + Bounds.cut(HUGE, Bounds.PATH - 1);
    var domain =
        Optional.of(
            new DomainFacts(
                "6b0c8a5e-0000-4000-8000-0000000000aa",
                HUGE,
                DomainState.Running,
                HUGE,
                null,
                false,
                true,
                new DomainDefinition(
                    "kvm",
                    "x86_64",
                    "q35",
                    1,
                    192,
                    List.of(),
                    Collections.nCopies(100, Disk.of("vda", "file", path, false, null)),
                    null,
                    List.of(),
                    ATTEMPT,
                    null)));
    var needs = SourceChecks.needs(domain.get());
    var source =
        SourceReportBuilder.builder()
            .attemptUID(ATTEMPT)
            .sequence(1L)
            .bootID("boot")
            .state(SourceState.Checked)
            .needs(needs)
            .domain(Domains.report(domain))
            .checks(
                List.of(
                    SourceChecks.domain("host-b", "uuid", domain),
                    SourceChecks.reachable("host-b", "host-c", HUGE),
                    SourceChecks.markerTrouble("host-b", path, HUGE)))
            .build();
    var seen =
        new DestinationChecks.Seen("host-c", List.of(HUGE), List.of(HUGE), HUGE, HUGE, Map.of());
    var destination =
        DestinationReportBuilder.builder()
            .attemptUID(ATTEMPT)
            .sequence(1L)
            .bootID("boot")
            .state(DestinationState.Refused)
            .checks(
                Stream.concat(
                        DestinationChecks.judge(needs, "uuid", Switchover.Fast, seen).stream(),
                        StorageChecks.judge(
                            needs,
                            new StorageChecks.Seen("host-c", Map.of(), Map.of(), Map.of()),
                            Bounds.CHECKS - 5)
                            .stream())
                    .toList())
            .build();

    var schema = PublishedSchema.ofStatus("livemigrations");
    schema.field("source").assertFits(source);
    schema.field("destination").assertFits(destination);
  }

  @ParameterizedTest(name = "{0}, data encrypted: {1}")
  @CsvSource({
    "Tls, true, , are encrypted",
    "Ssh, true, , are encrypted",
    "Tcp, true, Unencrypted, not encrypted on the way to host-c: libvirt's connection (tcp)",
    "Tls, false, Unencrypted, not encrypted on the way to host-c: QEMU's data stream",
  })
  void whatIsNotEncryptedIsAWarning(
      Transport.Kind kind, boolean dataEncrypted, String reason, String message) {
    var check =
        SourceChecks.encryption("host-b", "host-c", Transport.of(kind, null, dataEncrypted));

    assertThat(check.reason()).isEqualTo(reason);
    assertThat(check.outcome()).isEqualTo(reason == null ? CheckOutcome.Pass : CheckOutcome.Warn);
    assertThat(check.message()).endsWith(message);
  }
}
