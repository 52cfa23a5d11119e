package dev.ferryman.crds.server;

import dev.ferryman.testing.FerrymanServer;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The ways in which an agent shows which host it is. */
enum AgentLogin {
  OWN_ACCOUNT {
    @Override
    KubernetesClient logIn(FerrymanServer server, String host) {
      return server.agent(host);
    }
  },
  SHARED_ACCOUNT_ON_NODE {
    @Override
    KubernetesClient logIn(FerrymanServer server, String host) {
      return server.nodeAgent(host);
    }
  },
  TOKEN_OF_OWN_ACCOUNT {
    @Override
    KubernetesClient logIn(FerrymanServer server, String host) {
      return withToken(server, "ferryman-agent-" + host, new TokenRequestBuilder());
    }
  },
  TOKEN_BOUND_TO_NODE {
    @Override
    KubernetesClient logIn(FerrymanServer server, String host) {
      makeNode(server, host);
      var token = new TokenRequestBuilder();
      token.editOrNewSpec().withNewBoundObjectRef("v1", "Node", host, null).endSpec();
      return withToken(server, "ferryman-agent", token);
    }
  },
  TOKEN_BOUND_TO_POD {
    @Override
    KubernetesClient logIn(FerrymanServer server, String host) {
      makeNode(server, host);
      makePod(server, "agent-on-" + host, host);
      var token = new TokenRequestBuilder();
      token.editOrNewSpec().withNewBoundObjectRef("v1", "Pod", "agent-on-" + host, null).endSpec();
      return withToken(server, "ferryman-agent", token);
    }
  };

  private final Map<String, KubernetesClient> clients = new ConcurrentHashMap<>();

  abstract KubernetesClient logIn(FerrymanServer server, String host);

  /** The agent of that host. */
  KubernetesClient agent(FerrymanServer server, String host) {
    return clients.computeIfAbsent(host, unused -> logIn(server, host));
  }

  private static KubernetesClient withToken(
      FerrymanServer server, String account, TokenRequestBuilder request) {
    var issued =
        server
            .admin()
            .serviceAccounts()
            .inNamespace(FerrymanServer.NAMESPACE)
            .withName(account)
            .tokenRequest(request.editOrNewSpec().withExpirationSeconds(3600L).endSpec().build());
    return server.controlPlane().clientWithToken(issued.getStatus().getToken());
  }

  private static void makeNode(FerrymanServer server, String name) {
    var node = new NodeBuilder().withNewMetadata().withName(name).endMetadata().build();
    if (server.admin().resource(node).get() == null) {
      server.admin().resource(node).create();
    }
  }

  private static void makePod(FerrymanServer server, String name, String node) {
    var pod = new PodBuilder();
    pod.withNewMetadata().withName(name).withNamespace(FerrymanServer.NAMESPACE).endMetadata();
    pod.withNewSpec()
        .withServiceAccountName("ferryman-agent")
        .withNodeName(node)
        .addNewContainer()
        .withName("agent")
        .withImage("agent")
        .endContainer()
        .endSpec();
    server.admin().resource(pod.build()).create();
  }
}
