package dev.ferryman.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
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
  void markerThatMayStillBeMadeIsNotCalledRemoved() throws Exception {
    var hangs = new CountDownLatch(1);
    var hanging =
        new Markers(
            hanging(hangs),
            List::of,
            Clock.systemUTC(),
            UnaryOperator.identity(),
            Duration.ofMillis(50));
    var marker = Markers.in(directory, ATTEMPT);

    assertThatThrownBy(() -> hanging.put(marker, ATTEMPT)).hasMessageContaining("does not answer");
    assertThatThrownBy(() -> hanging.remove(marker)).hasMessageContaining("may still be made");
    hangs.countDown();

    await()
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(
            () -> {
              hanging.remove(marker);
              return true;
            });
    assertThat(directory).isEmptyDirectory();
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

  /** A file system that answers only when the latch is open. */
  private ExecutorService hanging(CountDownLatch open) {
    return new AbstractExecutorService() {
      @Override
      public void execute(Runnable work) {
        threads.execute(
            () -> {
              try {
                open.await();
                work.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
      }

      @Override
      public void shutdown() {}

      @Override
      public List<Runnable> shutdownNow() {
        return List.of();
      }

      @Override
      public boolean isShutdown() {
        return false;
      }

      @Override
      public boolean isTerminated() {
        return false;
      }

      @Override
      public boolean awaitTermination(long timeout, TimeUnit unit) {
        return false;
      }
    };
  }
}
