package dev.ferryman.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The lab that these tests run in, by its own command, as a person would use it. */
public final class Lab {
  /** Longer than the command waits itself for all that it starts; it says what for. */
  private static final Duration PATIENCE = Duration.ofMinutes(8);

  private static final Path COMMAND = Path.of("lab").toAbsolutePath();

  private Lab() {}

  /** Runs {@code lab ARGUMENTS...} and returns what it prints; fails if it fails. */
  public static String lab(String... arguments) {
    var result = tryLab(arguments);
    if (result.exitCode() != 0) {
      throw new AssertionError(
          "lab " + String.join(" ", arguments) + " failed: " + result.errors() + result.output());
    }
    return result.output();
  }

  /** What a command has come to. */
  public record Result(int exitCode, String output, String errors) {}

  /** Runs {@code lab ARGUMENTS...}, whatever comes of it. */
  public static Result tryLab(String... arguments) {
    var command = new ArrayList<String>(List.of(COMMAND.toString()));
    command.addAll(List.of(arguments));
    try {
      var errors = Files.createTempFile("lab", ".err");
      var output = Files.createTempFile("lab", ".out");
      try {
        var process =
            new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError(
              "lab " + String.join(" ", arguments) + " does not come to an end");
        }
        return new Result(
            process.exitValue(),
            Files.readString(output, StandardCharsets.UTF_8),
            Files.readString(errors, StandardCharsets.UTF_8));
      } finally {
        Files.delete(errors);
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Runs a command inside a host. */
  public static String on(String host, String... command) {
    var arguments = new ArrayList<String>(List.of("on", host));
    arguments.addAll(List.of(command));
    return lab(arguments.toArray(String[]::new));
  }

  public static Result tryOn(String host, String... command) {
    var arguments = new ArrayList<String>(List.of("on", host));
    arguments.addAll(List.of(command));
    return tryLab(arguments.toArray(String[]::new));
  }

  /**
   * Ends a guest as a person does who is told to; empty once it has ended, else libvirt's words.
   *
   * <p>virsh has failed, too, where libvirt itself is at work on the guest: that part sees first
   * that QEMU has been killed, and virsh finds the domain no longer running.
   */
  public static Optional<String> destroy(String host, String guest) {
    var result = tryOn(host, "timeout", "60", "virsh", "destroy", guest);
    return result.exitCode() == 0 || result.errors().contains("domain is not running")
        ? Optional.empty()
        : Optional.of(result.errors() + result.output());
  }
}
