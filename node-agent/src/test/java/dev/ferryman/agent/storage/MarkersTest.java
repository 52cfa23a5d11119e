package dev.ferryman.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkersTest {
  private static final String ATTEMPT = "3f1c5f0e-0000-4000-8000-000000000001/1";

  @TempDir Path directory;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private String options = "rw";
  private final Markers markers =
      new Markers(
          threads,
          () -> Mount.parse("1 0 8:1 / / " + options + " - nfs4 server:/ rw"),
          Clock.systemUTC());

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  @Test
  void findsItsOwnMarkerWithLocks() throws IOException {
    var marker = Markers.in(directory, ATTEMPT);
    markers.put(marker, ATTEMPT);

    assertThat(markers.find(marker, ATTEMPT)).isEqualTo(Markers.Finding.SharedWithLocks);
  }

  @Test
  void locksThatNoOtherHostSeesAreNone() throws IOException {
    var marker = Markers.in(directory, ATTEMPT);
    markers.put(marker, ATTEMPT);
    assertThat(markers.hasLocks(marker)).isTrue();

    options = "rw,local_lock=all";

    assertThat(markers.hasLocks(marker)).isFalse();
    assertThat(markers.find(marker, ATTEMPT)).isEqualTo(Markers.Finding.SharedWithoutLocks);
  }

  @Test
  void doesNotTakeAnotherAttemptsMarkerForItsOwn() throws IOException {
    var marker = Markers.in(directory, ATTEMPT);
    Files.writeString(marker, ATTEMPT.replace("/1", "/2"));

    assertThat(markers.find(marker, ATTEMPT)).isEqualTo(Markers.Finding.NotShared);
  }

  /** Whoever may write into the shared directory may have put a link there. */
  @Test
  void followsNoLink(@TempDir Path elsewhere) throws IOException {
    var precious = Files.writeString(elsewhere.resolve("precious"), "precious");
    var marker = Markers.in(directory, ATTEMPT);
    Files.createSymbolicLink(marker, precious);

    assertThatThrownBy(() -> markers.put(marker, ATTEMPT)).isInstanceOf(IOException.class);
    assertThat(precious).hasContent("precious");

    Files.writeString(precious, ATTEMPT);
    assertThat(markers.find(marker, ATTEMPT)).isEqualTo(Markers.Finding.NotShared);
  }

  @Test
  void tellsMissingDirectoryFromMissingMarker() throws IOException {
    assertThat(markers.find(Markers.in(directory, ATTEMPT), ATTEMPT))
        .isEqualTo(Markers.Finding.NotShared);
    assertThat(markers.find(Markers.in(directory.resolve("none"), ATTEMPT), ATTEMPT))
        .isEqualTo(Markers.Finding.NoDirectory);
  }

  @Test
  void removingLeavesNothingAndMayBeDoneTwice() throws IOException {
    var marker = Markers.in(directory, ATTEMPT);
    markers.put(marker, ATTEMPT);

    markers.remove(marker);
    markers.remove(marker);

    assertThat(directory).isEmptyDirectory();
  }
}
