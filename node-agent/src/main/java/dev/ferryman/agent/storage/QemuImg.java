package dev.ferryman.agent.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** QEMU's own tool for images. */
public final class QemuImg implements ImageTool {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Override
  public void write(Path file, Form form) throws IOException {
    var process = start(command(file, form));
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new IOException("qemu-img has not made " + file + " within " + PATIENCE);
      }
      if (process.exitValue() != 0) {
        throw new IOException(
            "qemu-img: "
                + new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .strip());
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted at " + file, e);
    }
  }

  /** The words go to a pipe, which holds more of them than there are. */
  private static Process start(List<String> command) throws IOException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new IOException(
          "qemu-img cannot be run on this host (Debian: qemu-utils): " + e.getMessage(), e);
    }
  }

  static List<String> command(Path file, Form form) {
    var command = new ArrayList<>(List.of("qemu-img", "create", "-q", "-f", form.format()));
    if (form.backing() != null && form.backingFormat() != null) {
      command.addAll(List.of("-b", form.backing(), "-F", form.backingFormat()));
    }
    command.addAll(List.of("--", file.toString(), Long.toString(form.virtualBytes())));
    return command;
  }
}
