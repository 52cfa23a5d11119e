package dev.ferryman.testing;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/**
 * A real etcd and kube-apiserver with RBAC, on free ports of the loopback interface and with all
 * files in a folder of their own; no controllers, no nodes.
 */
public final class ControlPlane implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final String LOOPBACK = InetAddress.getLoopbackAddress().getHostAddress();

  private final Path folder;
  private final String url;
  private final String adminToken = UUID.randomUUID().toString();
  private final List<ServerProcess> servers = new ArrayList<>();
  private final Map<String, KubernetesClient> clients = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  private ControlPlane(Path folder, int port) {
    this.folder = folder;
    this.url = "https://" + LOOPBACK + ":" + port;
    // When the tests are interrupted nobody else closes it.
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  /** Returns when the server is ready; whatever was started is ended if that fails. */
  static ControlPlane start(Binaries binaries) {
    var ports = freePorts(3);
    var controlPlane = new ControlPlane(newFolder(), ports.get(2));
    try {
      controlPlane.startEtcd(binaries.etcd(), ports.get(0), ports.get(1));
      controlPlane.startApiServer(binaries.apiServer(), ports.get(0), ports.get(2));
      return controlPlane;
    } catch (RuntimeException | Error e) {
      controlPlane.close();
      throw e;
    }
  }

  /** As administrator: a member of system:masters. */
  public KubernetesClient client() {
    return client("admin", config -> config);
  }

  /** As that ServiceAccount, by impersonation; {@code extras} as a token would carry them. */
  public KubernetesClient clientAs(
      String namespace, String serviceAccount, Map<String, String> extras) {
    var encoded = new ConcurrentHashMap<String, List<String>>();
    // The key becomes part of a header's name, and the client does not encode it.
    extras.forEach((key, value) -> encoded.put(key.replace("/", "%2F"), List.of(value)));
    return client(
        namespace + "/" + serviceAccount + extras,
        config ->
            config
                .withImpersonateUsername(
                    "system:serviceaccount:" + namespace + ":" + serviceAccount)
                .withImpersonateGroups(
                    "system:serviceaccounts",
                    "system:serviceaccounts:" + namespace,
                    "system:authenticated")
                .withImpersonateExtras(encoded));
  }

  /** As whoever that token was issued to. */
  public KubernetesClient clientWithToken(String token) {
    return client(token, config -> config.withOauthToken(token));
  }

  /** The same, for the caller to close. */
  public KubernetesClient newClientWithToken(String token) {
    return newClient(config -> config.withOauthToken(token));
  }

  /** The administrator's, for programs. */
  public Path kubeconfig() {
    var file = folder.resolve("kubeconfig");
    write(file, kubeconfig("token: \"" + adminToken + "\""));
    return file;
  }

  /** A kubeconfig for a user with these credentials, as they are written there. */
  public String kubeconfig(String credentials) {
    return """
        apiVersion: v1
        kind: Config
        current-context: test
        contexts: [{name: test, context: {cluster: test, user: user}}]
        clusters: [{name: test, cluster: {server: "%s", certificate-authority: "%s"}}]
        users: [{name: user, user: {%s}}]
        """
        .formatted(url, certificate(), credentials);
  }

  public String url() {
    return url;
  }

  /** The server's, by which it is known. */
  public Path certificate() {
    return folder.resolve("apiserver.crt");
  }

  private KubernetesClient client(String who, UnaryOperator<ConfigBuilder> credentials) {
    return clients.computeIfAbsent(who, unused -> newClient(credentials));
  }

  private KubernetesClient newClient(UnaryOperator<ConfigBuilder> credentials) {
    var config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(url)
            .withCaCertFile(certificate().toString())
            .withOauthToken(adminToken)
            // A refusal is the answer: nothing is tried again.
            .withRequestRetryBackoffLimit(0);
    return new KubernetesClientBuilder().withConfig(credentials.apply(config).build()).build();
  }

  private void startEtcd(Path etcd, int port, int peerPort) {
    var peer = "http://" + LOOPBACK + ":" + peerPort;
    servers.add(
        ServerProcess.start(
            folder.resolve("etcd.log"),
            etcd,
            List.of(
                "--data-dir=" + folder.resolve("etcd"),
                "--unsafe-no-fsync",
                "--listen-client-urls=http://" + LOOPBACK + ":" + port,
                "--advertise-client-urls=http://" + LOOPBACK + ":" + port,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer)));
  }

  private void startApiServer(Path apiServer, int etcdPort, int port) {
    var tokens = folder.resolve("tokens.csv");
    write(tokens, adminToken + ",admin,admin,system:masters\n");
    var accountKey = folder.resolve("service-accounts.key");
    write(accountKey, newPrivateKey());
    servers.add(
        ServerProcess.start(
            folder.resolve("kube-apiserver.log"),
            apiServer,
            List.of(
                "--etcd-servers=http://" + LOOPBACK + ":" + etcdPort,
                "--bind-address=" + LOOPBACK,
                "--advertise-address=" + LOOPBACK,
                "--secure-port=" + port,
                "--cert-dir=" + folder,
                "--endpoint-reconciler-type=none",
                "--service-cluster-ip-range=10.0.0.0/24",
                "--authorization-mode=RBAC",
                "--token-auth-file=" + tokens,
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-signing-key-file=" + accountKey,
                "--service-account-key-file=" + accountKey)));
    await("kube-apiserver is ready")
        .atMost(START_TIMEOUT)
        .pollInterval(Duration.ofMillis(100))
        .until(this::ready);
  }

  private boolean ready() {
    for (var server : servers) {
      if (!server.running()) {
        throw new IllegalStateException("ended at its start, " + server.lastWords());
      }
    }
    if (!Files.exists(certificate())) {
      return false;
    }
    try {
      return "ok".equals(client().raw("/readyz"))
          && client().namespaces().withName("default").get() != null;
    } catch (KubernetesClientException e) {
      return false;
    }
  }

  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    clients.values().forEach(KubernetesClient::close);
    for (var i = servers.size() - 1; i >= 0; i--) {
      servers.get(i).close();
    }
    try {
      Program.delete(folder);
    } catch (IOException e) {
      throw new IllegalStateException("cannot remove " + folder, e);
    }
  }

  private static Path newFolder() {
    try {
      return Files.createTempDirectory("ferryman-control-plane-");
    } catch (IOException e) {
      throw new IllegalStateException("cannot make a temporary folder", e);
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new IllegalStateException("cannot write " + file, e);
    }
  }

  private static List<Integer> freePorts(int count) {
    var sockets = new ArrayList<ServerSocket>();
    try {
      for (var i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw new IllegalStateException("no free port on " + LOOPBACK, e);
    } finally {
      for (var socket : sockets) {
        try {
          socket.close();
        } catch (IOException e) {
          throw new IllegalStateException("cannot free a port", e);
        }
      }
    }
  }

  private static String newPrivateKey() {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      var key = generator.generateKeyPair().getPrivate().getEncoded();
      return "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
          .formatted(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
