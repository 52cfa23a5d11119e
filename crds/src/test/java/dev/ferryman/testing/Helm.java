package dev.ferryman.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The real Helm, with the shipped chart. */
public final class Helm {
  private final Path binary;

  private Helm(Path binary) {
    this.binary = binary;
  }

  /** Fails with one line that says how to get it. */
  public static Helm find() {
    return new Helm(Binaries.find().helm());
  }

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
    return Program.run(
        binary,
        List.of("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"),
        List.of(arguments));
  }
}
