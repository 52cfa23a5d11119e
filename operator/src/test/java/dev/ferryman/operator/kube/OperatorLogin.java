package dev.ferryman.operator.kube;

import dev.ferryman.testing.AccountToken;
import dev.ferryman.testing.FerrymanServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What operators log in with: a token of their account in a file, and a kubeconfig naming it. */
final class OperatorLogin {
  /** Of the operator, and the name of the Lease by which it leads. */
  static final String ACCOUNT = "ferryman-operator";

  private final FerrymanServer server;
  private final Path folder;
  private AccountToken token;

  private OperatorLogin(FerrymanServer server, Path folder) {
    this.server = server;
    this.folder = folder;
    this.token = AccountToken.issue(server, ACCOUNT);
  }

  /** Writes it; no operator leads from an earlier test. */
  static OperatorLogin write(FerrymanServer server, Path folder) {
    var login = new OperatorLogin(server, folder);
    login.writeToken();
    write(login.kubeconfig(), server.controlPlane().kubeconfig("tokenFile: token"));
    server.admin().leases().inNamespace(FerrymanServer.NAMESPACE).withName(ACCOUNT).delete();
    return login;
  }

  RunningOperator start(String name) {
    return RunningOperator.start(folder, name, kubeconfig());
  }

  /** Puts another token in its place, and returns the old one, which still holds. */
  AccountToken replaceToken() {
    var old = token;
    token = AccountToken.issue(server, ACCOUNT);
    writeToken();
    return old;
  }

  private void writeToken() {
    write(folder.resolve("token"), token.text());
  }

  private Path kubeconfig() {
    return folder.resolve("kubeconfig");
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
