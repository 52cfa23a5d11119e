package dev.ferryman.crds.server;

import static dev.ferryman.crds.server.Refusals.assertForbidden;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.ferryman.testing.FerrymanServer;
import dev.ferryman.testing.FerrymanServerExtension;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Cases of what the agent of host-b may do or not, each by every way in which it can log in. */
@ExtendWith(FerrymanServerExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // so that a case can use what its class gives
abstract class AgentCases {
  static final String OWN = "host-b";
  static final String OTHER = "host-c";

  final FerrymanServer server;
  final KubernetesClient admin;

  AgentCases(FerrymanServer server) {
    this.server = server;
    this.admin = server.admin();
  }

  /** One request of the agent. */
  @FunctionalInterface
  interface Request {
    void send(KubernetesClient agent);
  }

  abstract Stream<Arguments> allowed();

  abstract Stream<Arguments> refused();

  @ParameterizedTest(name = "{1} ({0})")
  @MethodSource("allowed")
  void isAllowed(AgentLogin login, String what, Request request) {
    var agent = login.agent(server, OWN);

    assertThatCode(() -> request.send(agent)).doesNotThrowAnyException();
  }

  @ParameterizedTest(name = "{1} ({0})")
  @MethodSource("refused")
  void isRefused(AgentLogin login, String what, String reason, Request request) {
    var agent = login.agent(server, OWN);

    assertForbidden(reason, () -> request.send(agent));
  }

  static Arguments allowed(String what, Request request) {
    return arguments(what, request);
  }

  static Arguments refused(String what, String reason, Request request) {
    return arguments(what, reason, request);
  }

  static Stream<Arguments> forEachLogin(Arguments... cases) {
    return Stream.of(AgentLogin.values())
        .flatMap(
            login ->
                Stream.of(cases)
                    .map(
                        one ->
                            arguments(
                                Stream.concat(Stream.of(login), Stream.of(one.get())).toArray())));
  }
}
