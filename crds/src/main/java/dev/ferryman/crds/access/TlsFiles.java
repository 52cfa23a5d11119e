package dev.ferryman.crds.access;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that say whom to trust and who this client is: the kubeconfig and those that it names,
 * or the pod's CA.
 */
final class TlsFiles {
  private static final Logger log = LoggerFactory.getLogger(TlsFiles.class);

  private final String server;
  private List<Path> files;
  private List<String> texts;

  TlsFiles(Config config) {
    server = config.getMasterUrl();
    files = files(config);
    texts = texts(files).orElse(List.of());
  }

  /** What they say now, if that is something else than at the last call. */
  synchronized Optional<SSLContext> changed() {
    var now = texts(files);
    if (now.isEmpty() || now.get().equals(texts)) {
      return Optional.empty();
    }
    texts = now.get();
    try {
      var config = Config.autoConfigure(null);
      if (!server.equals(config.getMasterUrl())) {
        throw new IllegalStateException("they are for " + config.getMasterUrl());
      }
      var context = SSLUtils.sslContext(config);
      files = files(config);
      log.info("certificates for the API server were replaced: connecting anew");
      return Optional.of(context);
    } catch (GeneralSecurityException | IOException | RuntimeException e) {
      log.warn("replaced certificates cannot be used, the ones before serve on", e);
      return Optional.empty();
    }
  }

  private static List<Path> files(Config config) {
    var kubeconfig = Optional.ofNullable(config.getFile()).map(File::getPath).orElse(null);
    return Stream.of(
            kubeconfig,
            config.getCaCertFile(),
            config.getClientCertFile(),
            config.getClientKeyFile())
        .filter(Objects::nonNull)
        .map(Path::of)
        .toList();
  }

  /** Empty while one of them is being replaced. */
  private static Optional<List<String>> texts(List<Path> files) {
    var texts = new ArrayList<String>();
    for (var file : files) {
      try {
        var text = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (text.isBlank()) {
          return Optional.empty();
        }
        texts.add(text);
      } catch (IOException e) {
        return Optional.empty();
      }
    }
    return Optional.of(texts);
  }
}
