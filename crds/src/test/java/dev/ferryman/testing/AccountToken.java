package dev.ferryman.testing;

import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.UUID;

/** A token of a ServiceAccount of the chart's that can be taken back. */
public final class AccountToken {
  private final KubernetesClient admin;
  private final String secret;
  private final String text;

  private AccountToken(KubernetesClient admin, String secret, String text) {
    this.admin = admin;
    this.secret = secret;
    this.text = text;
  }

  /** Bound to a Secret of its own, with which it ends. */
  public static AccountToken issue(FerrymanServer server, String account) {
    var admin = server.admin();
    var name = "token-" + UUID.randomUUID();
    admin
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(FerrymanServer.NAMESPACE)
                .endMetadata()
                .build())
        .create();
    var request = new TokenRequestBuilder();
    request
        .editOrNewSpec()
        .withExpirationSeconds(3600L)
        .withNewBoundObjectRef("v1", "Secret", name, null)
        .endSpec();
    var issued =
        admin
            .serviceAccounts()
            .inNamespace(FerrymanServer.NAMESPACE)
            .withName(account)
            .tokenRequest(request.build());
    return new AccountToken(admin, name, issued.getStatus().getToken());
  }

  public String text() {
    return text;
  }

  /** The server refuses it from then on, after what it remembers of it for some seconds. */
  public void revoke() {
    admin.secrets().inNamespace(FerrymanServer.NAMESPACE).withName(secret).delete();
  }
}
