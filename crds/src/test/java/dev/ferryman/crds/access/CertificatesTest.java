package dev.ferryman.crds.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.CertPathBuilderException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program outlives certificates: its own, and that of the API server's CA. */
@Timeout(60)
class CertificatesTest {
  private static final String CLIENT = "client-certificate: client.crt, client-key: client.key";

  private static Identity first;
  private static Identity second;
  private static Identity stranger;

  @TempDir private Path folder;

  private final Map<String, String> properties = new ConcurrentHashMap<>();

  @BeforeAll
  static void makeIdentities(@TempDir Path folder) throws Exception {
    first = Identity.make(folder, "first");
    second = Identity.make(folder, "second");
    stranger = Identity.make(folder, "stranger");
  }

  @AfterEach
  void takeSettingsBack() {
    properties.keySet().forEach(System::clearProperty);
  }

  @Test
  void theReplacedCaOfAPodIsUsed() throws Exception {
    try (var server = new Place(first)) {
      Files.writeString(folder.resolve("ca.crt"), first.certificate());
      set("kubeconfig", folder.resolve("none").toString());
      set("kubernetes.auth.tryKubeConfig", "false");
      set("kubernetes.master", server.url());
      set("kubernetes.certs.ca.file", folder.resolve("ca.crt").toString());

      assertThatTheCaCanBeReplaced(server, "ca.crt", second.certificate());
    }
  }

  @Test
  void theReplacedCaFileOfAKubeconfigIsUsed() throws Exception {
    try (var server = new Place(first)) {
      Files.writeString(folder.resolve("ca.crt"), first.certificate());
      Files.writeString(folder.resolve("kubeconfig"), kubeconfig(server, "ca.crt", ""));
      set("kubeconfig", folder.resolve("kubeconfig").toString());

      assertThatTheCaCanBeReplaced(server, "ca.crt", second.certificate());
    }
  }

  @Test
  void anotherCaFileInTheKubeconfigIsUsed() throws Exception {
    try (var server = new Place(first)) {
      Files.writeString(folder.resolve("ca.crt"), first.certificate());
      Files.writeString(folder.resolve("other.crt"), second.certificate());
      Files.writeString(folder.resolve("kubeconfig"), kubeconfig(server, "ca.crt", ""));
      set("kubeconfig", folder.resolve("kubeconfig").toString());

      assertThatTheCaCanBeReplaced(server, "kubeconfig", kubeconfig(server, "other.crt", ""));
    }
  }

  @Test
  void aFileThatWasNamedLaterIsUsedAsItIs() throws Exception {
    first.write(folder);
    try (var server = new Place(stranger);
        var client = clientOf(server)) {
      var other = Files.writeString(folder.resolve("other.crt"), stranger.certificate());
      Files.writeString(folder.resolve("kubeconfig"), kubeconfig(server, "other.crt", CLIENT));
      assertThat(client.raw("/")).isEqualTo("CN=first");

      Files.writeString(other, second.certificate());
      server.isNow(second);
      assertThat(client.raw("/")).isEqualTo("CN=first");
    }
  }

  @Test
  void theReplacedClientCertificateIsUsedAtOnce() throws Exception {
    first.write(folder);
    try (var server = new Place(stranger);
        var client = clientOf(server)) {
      assertThat(client.raw("/")).isEqualTo("CN=first");
      assertThat(client.raw("/")).isEqualTo("CN=first");

      second.write(folder);

      assertThat(client.raw("/")).as("on the server's side").isEqualTo("CN=second");
      server.isNow(stranger);
      assertThat(client.raw("/")).isEqualTo("CN=second");
    }
  }

  @Test
  void aKeyThatComesAfterItsCertificateIsUsed() throws Exception {
    first.write(folder);
    try (var server = new Place(stranger);
        var client = clientOf(server)) {
      Files.writeString(folder.resolve("client.crt"), second.certificate());
      assertThatThrownBy(() -> client.raw("/")).isInstanceOf(KubernetesClientException.class);

      Files.writeString(folder.resolve("client.key"), second.key());
      assertThat(client.raw("/")).isEqualTo("CN=second");
    }
  }

  @Test
  void whatWasReadLastServesWhileAFileIsBeingReplaced() throws Exception {
    first.write(folder);
    try (var server = new Place(stranger);
        var client = clientOf(server)) {
      for (var file : List.of("ca.crt", "client.crt", "client.key", "kubeconfig")) {
        var text = Files.readString(folder.resolve(file));
        Files.delete(folder.resolve(file));
        assertThat(client.raw("/")).as("%s away", file).isEqualTo("CN=first");
        Files.writeString(folder.resolve(file), "");
        assertThat(client.raw("/")).as("%s empty", file).isEqualTo("CN=first");
        Files.writeString(folder.resolve(file), text);
      }
      second.write(folder);
      assertThat(client.raw("/")).isEqualTo("CN=second");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"client.key", "kubeconfig"})
  void whatCannotBeUsedChangesNothing(String file) throws Exception {
    first.write(folder);
    try (var server = new Place(stranger);
        var client = clientOf(server)) {
      var text = Files.readString(folder.resolve(file));
      Files.writeString(folder.resolve(file), "{}");
      assertThat(client.raw("/")).isEqualTo("CN=first");

      Files.writeString(folder.resolve(file), text);
      second.write(folder);
      assertThat(client.raw("/")).isEqualTo("CN=second");
    }
  }

  @Test
  void aCaThatWasPutRightIsUsed() throws Exception {
    first.write(folder);
    try (var server = new Place(stranger);
        var client = clientOf(server)) {
      Files.writeString(folder.resolve("ca.crt"), "{}");
      assertRefused(client);

      Files.writeString(folder.resolve("ca.crt"), stranger.certificate());
      assertThat(client.raw("/")).isEqualTo("CN=first");
    }
  }

  private void assertThatTheCaCanBeReplaced(Place server, String file, String text)
      throws Exception {
    try (var client = client()) {
      assertThat(client.raw("/")).isEqualTo("somebody");
      server.isNow(stranger);
      assertRefused(client);

      server.isNow(second);
      assertRefused(client);
      var beside = Files.writeString(folder.resolve("beside"), text);
      Files.move(beside, folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);

      assertThat(client.raw("/")).isEqualTo("somebody");
      server.isNow(stranger);
      assertRefused(client);
      server.isNow(first);
      assertRefused(client);
    }
  }

  private static void assertRefused(KubernetesClient client) {
    assertThatThrownBy(() -> client.raw("/"))
        .isInstanceOf(KubernetesClientException.class)
        .hasRootCauseInstanceOf(CertPathBuilderException.class);
  }

  private KubernetesClient clientOf(Place server) throws IOException {
    Files.writeString(folder.resolve("ca.crt"), stranger.certificate());
    Files.writeString(folder.resolve("kubeconfig"), kubeconfig(server, "ca.crt", CLIENT));
    set("kubeconfig", folder.resolve("kubeconfig").toString());
    return client();
  }

  /** A refusal is the answer: nothing is tried again. */
  private static KubernetesClient client() {
    return ApiAccess.client(config -> config.withRequestRetryBackoffLimit(0));
  }

  private void set(String property, String value) {
    properties.put(property, value);
    System.setProperty(property, value);
  }

  private static String kubeconfig(Place server, String ca, String user) {
    return """
        apiVersion: v1
        kind: Config
        current-context: test
        contexts: [{name: test, context: {cluster: test, user: user}}]
        clusters: [{name: test, cluster: {server: "%s", certificate-authority: "%s"}}]
        users: [{name: user, user: {%s}}]
        """
        .formatted(server.url(), ca, user);
  }

  /** Where the server is, whichever it is now. */
  private static final class Place implements AutoCloseable {
    private TlsServer server;

    Place(Identity identity) throws Exception {
      server = new TlsServer(0, identity, List.of(first, second));
    }

    /** Another server in the same place. */
    void isNow(Identity identity) throws Exception {
      server.close();
      server = new TlsServer(server.port(), identity, List.of(first, second));
    }

    String url() {
      return "https://127.0.0.1:" + server.port();
    }

    @Override
    public void close() {
      server.close();
    }
  }
}
