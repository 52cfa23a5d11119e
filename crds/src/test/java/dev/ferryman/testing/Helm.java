package dev.ferryman.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The real Helm, with the shipped chart. */
public final class Helm {
  private static final long TIMEOUT_SECONDS = 60;

  private final Path binary;

  private Helm(Path binary) {
    this.binary = binary;
  }

  /** Fails with one line that says how to get it. */
  public static Helm find() {
    return new Helm(Binaries.find().helm());
  }

  /** What it said, and whether all was well. */
  public record Answer(int exitCode, String output) {}

  /** The chart's folder in the source tree. */
  public static Path chart() {
    var start = Path.of("").toAbsolutePath();
    return Stream.iterate(start, folder -> folder != null, Path::getParent)
        .map(folder -> folder.resolve("helm/ferryman"))
        .filter(Files::isDirectory)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no helm/ferryman above " + start));
  }

  public Answer run(String... arguments) {
    var command = new ArrayList<>(List.of(binary.toString()));
    command.addAll(List.of(arguments));
    try {
      var home = Files.createTempDirectory("ferryman-helm-");
      try {
        return run(command, home);
      } finally {
        delete(home);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + binary, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static Answer run(List<String> command, Path home)
      throws IOException, InterruptedException {
    var output = home.resolve("output");
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    for (var kind : List.of("CACHE", "CONFIG", "DATA")) {
      builder.environment().put("HELM_" + kind + "_HOME", home.toString());
    }
    var process = builder.start();
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new IllegalStateException(
          "takes longer than " + TIMEOUT_SECONDS + " s: " + String.join(" ", command));
    }
    return new Answer(process.exitValue(), Files.readString(output));
  }

  /** Removes a folder with all that is in it. */
  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (var file : files.sorted((one, other) -> other.compareTo(one)).toList()) {
        Files.delete(file);
      }
    }
  }
}
