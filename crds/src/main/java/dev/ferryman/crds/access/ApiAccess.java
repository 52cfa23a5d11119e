package dev.ferryman.crds.access;

import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.kubernetes.client.utils.Utils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Finds the API server by {@code KUBECONFIG}, or by the pod that the program runs in. Token and
 * certificates are read anew for each request, so that those that were replaced are used at once.
 * The client by itself reads the token each minute, does not see a refusal (the JDK's HTTP client
 * makes an I/O error of it), does not know a kubeconfig's {@code tokenFile}, and reads certificates
 * once.
 */
public final class ApiAccess {
  private ApiAccess() {}

  /**
   * A client of the API server, for the caller to close.
   *
   * @param settings the program's own, beside where the server is and who the program is
   * @throws IllegalStateException if the kubeconfig names a token file that cannot be read
   */
  public static KubernetesClient client(UnaryOperator<ConfigBuilder> settings) {
    var found = Config.autoConfigure(null);
    var config = new ConfigBuilder(found);
    token(found).ifPresent(config::withOauthTokenProvider);
    return new KubernetesClientBuilder()
        .withConfig(settings.apply(config).build())
        .withHttpClientFactory(new RenewingFactory(new TlsFiles(found)))
        .build();
  }

  private static Optional<TokenOfFile> token(Config found) {
    var context = found.getCurrentContext();
    if (context == null || found.getFile() == null) {
      return podsToken();
    }
    var kubeconfig = found.getFile().toPath().toAbsolutePath();
    var userName = context.getContext().getUser();
    Function<String, Optional<AuthInfo>> user = text -> user(text, userName);
    var now = user.apply(TokenOfFile.text(kubeconfig));
    var tokenFile = now.map(AuthInfo::getTokenFile);
    if (tokenFile.isPresent()) {
      return Optional.of(new TokenOfFile(kubeconfig.resolveSibling(tokenFile.get()), t -> t));
    }
    return now.map(AuthInfo::getToken)
        .map(
            unused ->
                new TokenOfFile(
                    kubeconfig, text -> user.apply(text).map(AuthInfo::getToken).orElse("")));
  }

  private static Optional<AuthInfo> user(String kubeconfig, String name) {
    return Serialization.unmarshal(kubeconfig, io.fabric8.kubernetes.api.model.Config.class)
        .getUsers()
        .stream()
        .filter(user -> user.getName().equals(name))
        .map(user -> user.getUser())
        .findFirst();
  }

  private static Optional<TokenOfFile> podsToken() {
    var file =
        Path.of(
            Utils.getSystemPropertyOrEnvVar(
                Config.KUBERNETES_AUTH_SERVICEACCOUNT_TOKEN_FILE_SYSTEM_PROPERTY,
                Config.KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH));
    return Files.isReadable(file) ? Optional.of(new TokenOfFile(file, t -> t)) : Optional.empty();
  }
}
