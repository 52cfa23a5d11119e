package dev.ferryman.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a program to its end, with an empty home directory of its own. */
final class Program {
  private static final long TIMEOUT_SECONDS = 60;

  private Program() {}

  /**
   * @param homeVariables environment variables that name its home directory
   */
  static Answer run(Path binary, List<String> homeVariables, List<String> arguments) {
    var command = new ArrayList<>(List.of(binary.toString()));
    command.addAll(arguments);
    try {
      var home = Files.createTempDirectory("ferryman-home-");
      try {
        return run(command, homeVariables, home);
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

  private static Answer run(List<String> command, List<String> homeVariables, Path home)
      throws IOException, InterruptedException {
    var output = home.resolve("output");
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    for (var variable : homeVariables) {
      builder.environment().put(variable, home.toString());
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
