package dev.ferryman.lab.figures;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The same move without Ferryman: virsh on the source, with the flags and addresses of the agent.
 */
final class RawMove {
  /** Prints how long virsh took, in microseconds: what is around it is not part of the move. */
  private static final String SCRIPT =
      """
      begin=$EPOCHREALTIME
      virsh -q -c qemu:///system migrate --live --p2p --persistent --undefinesource \
        --tls --tls-destination "$2" "$1" "qemu+tls://$2/system" "tcp://$3" >&2 || exit
      end=$EPOCHREALTIME
      echo $((${end/./} - ${begin/./}))
      """;

  private RawMove() {}

  /** Moves the guest; returns how long it took. */
  static Duration run(Settings settings, Settings.Host source, Settings.Host destination) {
    var command =
        new ProcessBuilder(
            settings.lab().toString(),
            "on",
            source.name(),
            "bash",
            "-c",
            SCRIPT,
            "raw-move",
            settings.guest(),
            destination.name(),
            destination.address());
    command.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      var process = command.start();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new MoveFailedException("virsh migrate from " + source + " failed: see above");
      }
      return Duration.ofNanos(Long.parseLong(output.strip()) * 1_000);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MoveFailedException("interrupted", e);
    }
  }
}
