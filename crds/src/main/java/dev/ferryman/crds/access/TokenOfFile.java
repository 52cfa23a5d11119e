package dev.ferryman.crds.access;

import io.fabric8.kubernetes.client.OAuthTokenProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** The token that a file holds at the moment; the last one while the file is being replaced. */
final class TokenOfFile implements OAuthTokenProvider {
  private final Path file;
  private final Function<String, String> find;
  private String text;
  private String token;

  /**
   * @param find takes the token out of the file's text
   * @throws IllegalStateException if the file cannot be read
   */
  TokenOfFile(Path file, Function<String, String> find) {
    this.file = file;
    this.find = find;
    this.text = text(file);
    this.token = find.apply(text).strip();
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read the API server's token: " + file, e);
    }
  }

  @Override
  public synchronized String getToken() {
    try {
      var now = Files.readString(file);
      if (!now.equals(text)) {
        var found = find.apply(now).strip();
        token = found.isEmpty() ? token : found;
        text = now;
      }
    } catch (IOException | RuntimeException e) {
      // Half written or away for a moment: the server says whether the old one still serves.
      return token;
    }
    return token;
  }
}
