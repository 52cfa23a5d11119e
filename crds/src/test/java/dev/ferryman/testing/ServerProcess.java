package dev.ferryman.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server that ends when it is closed, and also when this JVM dies, however that happens. */
final class ServerProcess implements AutoCloseable {
  private static final int LOG_LINES_SHOWN = 15;

  /** Kills the server, which takes the shell's process id, at the end of standard input. */
  private static final String TIED_TO_STANDARD_INPUT =
      "exec 3<&0; (read -r line <&3; kill -KILL $$) 2>/dev/null & exec \"$@\" 3<&-";

  private final Process process;
  private final Path log;

  private ServerProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  static ServerProcess start(Path log, Path binary, List<String> arguments) {
    var command = new ArrayList<>(List.of("/bin/sh", "-c", TIED_TO_STANDARD_INPUT, "sh"));
    command.add(binary.toString());
    command.addAll(arguments);
    try {
      var process =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
      return new ServerProcess(process.start(), log);
    } catch (IOException e) {
      throw new IllegalStateException("cannot start " + binary, e);
    }
  }

  boolean running() {
    return process.isAlive();
  }

  /** The last lines that the server wrote. */
  String lastWords() {
    try {
      var lines = Files.readAllLines(log);
      return log.getFileName()
          + ":\n"
          + String.join(
              "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
    } catch (IOException e) {
      return log + " cannot be read: " + e.getMessage();
    }
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      process.waitFor();
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
