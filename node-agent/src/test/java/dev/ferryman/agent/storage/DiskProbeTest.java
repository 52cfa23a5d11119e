package dev.ferryman.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.storage.DiskProbe.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiskProbeTest {
  @TempDir Path directory;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  /** An agent in a pod sees few of its host's directories. */
  @ParameterizedTest(
      name = "a directory that is there: {0}, the host''s files are seen: {1} -> {2}")
  @CsvSource({
    "true, true, There",
    "true, false, There",
    "false, true, Missing",
    "false, false, Unseen",
  })
  void onlyWhoSeesTheHostsFilesCallsADirectoryMissing(boolean there, boolean sees, Finding expected)
      throws IOException {
    var where = there ? directory : directory.resolve("logs");

    assertThat(probe(sees).directory(where.toString())).isEqualTo(expected);
  }

  @Test
  void aFileIsNoDirectory() throws IOException {
    var file = Files.createFile(directory.resolve("file"));

    assertThat(probe(true).directory(file.toString())).isEqualTo(Finding.Missing);
  }

  private DiskProbe probe(boolean seesHost) {
    return new DiskProbe(
        threads, new Images(directory, directory), UnaryOperator.identity(), () -> seesHost);
  }
}
