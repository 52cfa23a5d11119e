package dev.ferryman.operator.kube;

import static org.awaitility.Awaitility.await;

import dev.ferryman.operator.OperatorMain;
import dev.ferryman.testing.FerrymanServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The operator as it is shipped, in a process of its own. */
final class RunningOperator implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(90);

  private final Process process;
  private final Path log;

  private RunningOperator(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  static RunningOperator start(Path folder, String name, Path kubeconfig) {
    var log = folder.resolve(name + ".log");
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            OperatorMain.class.getName(),
            "--namespace",
            FerrymanServer.NAMESPACE,
            "--health-port",
            "0");
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("KUBECONFIG", kubeconfig.toString());
    try {
      return new RunningOperator(builder.start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until it has said that. */
  RunningOperator awaitSaid(String words) {
    await(words).atMost(START).until(() -> said().contains(words));
    return this;
  }

  String said() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** SIGKILL. */
  void kill() {
    process.destroyForcibly();
  }

  boolean isRunning() {
    return process.isAlive();
  }

  @Override
  public void close() {
    kill();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
