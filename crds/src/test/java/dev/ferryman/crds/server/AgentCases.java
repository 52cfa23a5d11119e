package dev.ferryman.crds.server;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Cases of what an agent may do or not, each by every way in which it can log in. */
final class AgentCases {
  private AgentCases() {}

  /**
   * One request of the agent.
   *
   * @param <G> what is given to it
   */
  @FunctionalInterface
  interface Request<G> {
    void send(G given, KubernetesClient agent);
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
