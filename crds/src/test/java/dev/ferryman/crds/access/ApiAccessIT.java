package dev.ferryman.crds.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ferryman.crds.livemigration.LiveMigration;
import dev.ferryman.crds.livemigration.LiveMigrationSpec;
import dev.ferryman.testing.AccountToken;
import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A program outlives its token. */
@ExtendWith(FerrymanServerExtension.class)
class ApiAccessIT {
  private static final String ACCOUNT = "ferryman-agent-host-b";

  /** The server itself takes a revoked token for good for ten seconds. */
  private static final Duration UNTIL_REFUSED = Duration.ofSeconds(30);

  /** Where a token comes from. */
  enum Kind {
    IN_KUBECONFIG,
    IN_FILE_OF_KUBECONFIG,
    OF_POD
  }

  @TempDir private Path folder;

  private final FerrymanServer server;
  private final Map<String, String> properties = new ConcurrentHashMap<>();

  ApiAccessIT(FerrymanServer server) {
    this.server = server;
  }

  @AfterEach
  void takeSettingsBack() {
    properties.keySet().forEach(System::clearProperty);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aReplacedTokenIsUsedByRequestsAndWatches(Kind kind) throws IOException {
    var first = AccountToken.issue(server, ACCOUNT);
    settle(kind, first.text());
    try (var client = ApiAccess.client(config -> config);
        var informer = client.resources(LiveMigration.class).inform()) {
      assertThat(client.resources(LiveMigration.class).list()).isNotNull();

      write(kind, AccountToken.issue(server, ACCOUNT).text());
      first.revoke();
      try (var stranger = server.controlPlane().newClientWithToken(first.text())) {
        await("the old token is refused").atMost(UNTIL_REFUSED).until(() -> !works(stranger));
      }

      assertThat(works(client)).as("the next request").isTrue();
      var order = order();
      await("an order made after that is seen")
          .until(
              () ->
                  informer.getStore().list().stream()
                      .anyMatch(m -> m.getMetadata().getName().equals(order)));
    }
  }

  @Test
  void theLastTokenServesWhileTheFileIsBeingReplaced() throws IOException {
    settle(Kind.IN_FILE_OF_KUBECONFIG, AccountToken.issue(server, ACCOUNT).text());
    try (var client = ApiAccess.client(config -> config)) {
      Files.writeString(folder.resolve("token"), "");
      assertThat(works(client)).as("empty").isTrue();
      Files.delete(folder.resolve("token"));
      assertThat(works(client)).as("away").isTrue();
    }
  }

  @Test
  void aTokenFileThatIsMissingStopsTheStart() throws IOException {
    settle(Kind.IN_FILE_OF_KUBECONFIG, "token");
    Files.delete(folder.resolve("token"));

    assertThatThrownBy(() -> ApiAccess.client(config -> config))
        .hasMessageStartingWith("cannot read the API server's token: " + folder);
  }

  private static boolean works(KubernetesClient client) {
    try {
      client.resources(LiveMigration.class).list();
      return true;
    } catch (KubernetesClientException refused) {
      return false;
    }
  }

  private void settle(Kind kind, String token) throws IOException {
    write(kind, token);
    if (kind == Kind.OF_POD) {
      set("kubeconfig", folder.resolve("none").toString());
      set("kubernetes.auth.tryKubeConfig", "false");
      set("kubernetes.auth.serviceAccount.token", folder.resolve("token").toString());
      set("kubernetes.master", server.controlPlane().url());
      set("kubernetes.certs.ca.file", server.controlPlane().certificate().toString());
    } else {
      set("kubeconfig", folder.resolve("kubeconfig").toString());
    }
  }

  private void set(String property, String value) {
    properties.put(property, value);
    System.setProperty(property, value);
  }

  private void write(Kind kind, String token) throws IOException {
    Files.writeString(folder.resolve("token"), token + "\n");
    if (kind != Kind.OF_POD) {
      var user = kind == Kind.IN_KUBECONFIG ? "token: \"" + token + "\"" : "tokenFile: token";
      Files.writeString(folder.resolve("kubeconfig"), server.controlPlane().kubeconfig(user));
    }
  }

  private String order() {
    var order = new LiveMigration();
    order.setMetadata(new ObjectMetaBuilder().withName("order-" + UUID.randomUUID()).build());
    order.setSpec(LiveMigrationSpec.of("i-1", "host-c"));
    return server.admin().resource(order).create().getMetadata().getName();
  }
}
