package dev.ferryman.lab.figures;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The same move without Ferryman: virsh on the source, with the flags and addresses of the agent.
 */
final class RawMove {
  /** Prints how long virsh took, in microseconds: what is around it is not part of the move. */
  private static final String SCRIPT =
      """
      begin=$EPOCHREALTIME
      virsh -q -c qemu:///system migrate --live --p2p --persistent --undefinesource \
        --tls --tls-destination "$2" "${@:4}" "$1" "qemu+tls://$2/system" "tcp://$3" >&2 || exit
      end=$EPOCHREALTIME
      echo $((${end/./} - ${begin/./}))
      """;

  /** The same, ended after so many seconds as somebody would who looks at a clock. */
  private static final String ABORTED =
      """
      begin=$EPOCHREALTIME
      virsh -q -c qemu:///system migrate --live --p2p --persistent --undefinesource \
        --tls --tls-destination "$2" "$1" "qemu+tls://$2/system" "tcp://$3" >&2 &
      sleep "$4"
      virsh -q -c qemu:///system domjobabort "$1" >&2 || exit
      ! wait $! || exit
      end=$EPOCHREALTIME
      echo $((${end/./} - ${begin/./}))
      """;

  private RawMove() {}

  /** Moves the guest, with more options of virsh; returns how long it took. */
  static Duration run(
      Settings settings,
      String guest,
      Settings.Host source,
      Settings.Host destination,
      String... options) {
    return run(SCRIPT, settings, guest, source, destination, options);
  }

  /** Begins to move the guest and ends that after so many seconds; returns how long it took. */
  static Duration abort(
      Settings settings,
      String guest,
      Settings.Host source,
      Settings.Host destination,
      int afterSeconds) {
    return run(ABORTED, settings, guest, source, destination, Integer.toString(afterSeconds));
  }

  private static Duration run(
      String script,
      Settings settings,
      String guest,
      Settings.Host source,
      Settings.Host destination,
      String... more) {
    var words = new ArrayList<String>();
    words.addAll(List.of(settings.lab().toString(), "on", source.name(), "bash", "-c", script));
    words.addAll(List.of("raw-move", guest, destination.name(), destination.address()));
    words.addAll(List.of(more));
    var command = new ProcessBuilder(words);
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
