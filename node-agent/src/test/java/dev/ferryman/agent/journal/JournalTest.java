package dev.ferryman.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferryman.crds.livemigration.CallResult;
import dev.ferryman.crds.livemigration.DomainReport;
import dev.ferryman.crds.livemigration.DomainState;
import dev.ferryman.crds.livemigration.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String ATTEMPT = "3f1c5f0e-0000-4000-8000-000000000001/1";

  @TempDir Path directory;

  @Test
  void anotherProcessReadsWhatWasPut() throws IOException {
    var entry =
        entry()
            .withStage(Stage.Ended)
            .withMarkers(List.of("/shared/a/.marker"))
            .withBaseline(
                new Baseline(
                    new DomainReport(
                        DomainState.Running, "booted", new ProcessIdentity(7L, 8L), null),
                    "boot",
                    9L))
            .withAbortRequested(true)
            .withResult(new CallResult(78, 10, "canceled by client"));
    try (var journal = Journal.open(directory, NOW)) {
      journal.put(entry);
    }

    try (var journal = Journal.open(directory, NOW)) {
      assertThat(journal.find(ATTEMPT, Part.Source)).contains(entry);
      assertThat(journal.find(ATTEMPT, Part.Destination)).isEmpty();
      assertThat(journal.open()).containsExactly(entry);
    }
  }

  @Test
  void secondAgentOfTheHostIsRefused() throws IOException {
    try (var journal = Journal.open(directory, NOW)) {
      assertThat(journal.open()).isEmpty();
      assertThatThrownBy(() -> Journal.open(directory, NOW))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another agent runs on this host");
    }
  }

  @Test
  void closedJournalTakesNothingMore() throws IOException {
    var journal = Journal.open(directory, NOW);
    journal.close();

    assertThatThrownBy(() -> journal.put(entry()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
    try (var next = Journal.open(directory, NOW)) {
      assertThat(next.open()).isEmpty();
    }
  }

  @Test
  void closedEntriesAreForgottenAfterTheirTimeAndOpenOnesNever() throws IOException {
    var later = NOW.plus(Journal.RETENTION).plus(Duration.ofDays(1));
    try (var journal = Journal.open(directory, NOW)) {
      journal.put(entry().withStage(Stage.Closed));
      journal.put(entry().withPart(Part.Destination));
    }

    try (var journal = Journal.open(directory, later)) {
      assertThat(journal.find(ATTEMPT, Part.Source)).isEmpty();
      assertThat(journal.find(ATTEMPT, Part.Destination)).isPresent();
    }
  }

  @Test
  void agentThatRunsForLongForgetsToo() throws IOException {
    var later = NOW.plus(Journal.RETENTION).plus(Duration.ofDays(1));
    try (var journal = Journal.open(directory, NOW)) {
      journal.put(entry().withStage(Stage.Closed));

      journal.put(
          entry()
              .withAttemptUID(ATTEMPT.replace("/1", "/2"))
              .withStage(Stage.Closed)
              .withOpened(later));

      assertThat(journal.find(ATTEMPT, Part.Source)).isEmpty();
      assertThat(directory.resolve(ATTEMPT.replace('/', '-') + "-source.json")).doesNotExist();
    }
  }

  @Test
  void unreadableEntryStopsTheAgentInsteadOfBeingForgotten() throws IOException {
    Files.writeString(directory.resolve("x-source.json"), "{");

    assertThatThrownBy(() -> Journal.open(directory, NOW))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("x-source.json");
  }

  private static JournalEntry entry() {
    return JournalEntry.open(
        "3f1c5f0e-0000-4000-8000-000000000001",
        "move",
        ATTEMPT,
        Part.Source,
        "6b0c8a5e-0000-4000-8000-0000000000aa",
        NOW);
  }
}
