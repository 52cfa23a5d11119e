package dev.ferryman.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the programs are that the tests run. Those of Kubernetes: in {@code KUBEBUILDER_ASSETS}, or
 * else the newest in the lab's cache; Helm: in the cache, or else in {@code PATH}.
 */
record Binaries(Path etcd, Path apiServer, Path kubectl, Path helm) {

  /** Fails with one line that says how to get what is missing. */
  static Binaries find() {
    var kubernetes = kubernetesFolder();
    return new Binaries(
        require("etcd", kubernetes.resolve("etcd")),
        require("kube-apiserver", kubernetes.resolve("kube-apiserver")),
        require("kubectl", kubernetes.resolve("kubectl")),
        require("helm", cachedHelm()));
  }

  private static Path kubernetesFolder() {
    var assets = System.getenv("KUBEBUILDER_ASSETS");
    if (assets != null && !assets.isBlank()) {
      return Path.of(assets);
    }
    var builds = cache().resolve("k8s");
    var suffix = "-linux-" + ("aarch64".equals(System.getProperty("os.arch")) ? "arm64" : "amd64");
    if (!Files.isDirectory(builds)) {
      return builds.resolve("<version>" + suffix);
    }
    try (Stream<Path> folders = Files.list(builds)) {
      return folders
          .filter(folder -> folder.getFileName().toString().endsWith(suffix))
          .max(Comparator.comparing(Binaries::version, Arrays::compare))
          .orElse(builds.resolve("<version>" + suffix));
    } catch (IOException e) {
      throw new IllegalStateException("cannot list " + builds, e);
    }
  }

  private static int[] version(Path folder) {
    var version = folder.getFileName().toString().replaceFirst("-.*", "");
    return Stream.of(version.split("\\."))
        .mapToInt(part -> part.matches("\\d{1,9}") ? Integer.parseInt(part) : 0)
        .toArray();
  }

  private static Path cachedHelm() {
    var cached = cache().resolve("bin/helm");
    return Files.isExecutable(cached) ? cached : inPath("helm").orElse(cached);
  }

  private static Optional<Path> inPath(String program) {
    return Stream.of(
            Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static Path cache() {
    return environment("FERRYMAN_CACHE")
        .orElseGet(
            () ->
                environment("XDG_CACHE_HOME")
                    .orElse(Path.of(System.getProperty("user.home"), ".cache"))
                    .resolve("ferryman"));
  }

  private static Optional<Path> environment(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank()).map(Path::of);
  }

  private static Path require(String program, Path file) {
    if (!Files.isExecutable(file)) {
      throw new IllegalStateException(
          "integration tests need %s, and %s is missing: run 'examples/lab/lab prepare'"
              .formatted(program, file));
    }
    return file;
  }
}
