package dev.ferryman.agent.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferryman.agent.storage.DiskProbe.Finding;
import dev.ferryman.crds.livemigration.FileKind;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
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

    assertThat(probe(sees).find(where.toString(), FileKind.Directory)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource({
    "file, File, There",
    "file, Directory, Missing",
    "file, CharacterDevice, Missing",
    "file, Socket, Missing",
    "directory, Directory, There",
    "directory, File, Missing",
    "socket, Socket, There",
    "socket, File, There",
    "/dev/null, CharacterDevice, There",
    "/dev/null, File, There",
    "/dev/null, Socket, Missing",
    "nothing, File, Missing",
    "nothing, CharacterDevice, Missing",
    "file/below, File, Missing",
  })
  void onlyAFileOfThatKindIsThere(String path, FileKind kind, Finding expected) throws IOException {
    Files.createFile(directory.resolve("file"));
    Files.createDirectory(directory.resolve("directory"));
    try (var socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(directory.resolve("socket")));

      assertThat(probe(true).find(directory.resolve(path).toString(), kind)).isEqualTo(expected);
    }
  }

  private DiskProbe probe(boolean seesHost) {
    return new DiskProbe(
        threads, new Images(directory, directory), UnaryOperator.identity(), () -> seesHost);
  }
}
